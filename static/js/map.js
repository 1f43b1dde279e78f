// The map: countries by number of links, authorities in groups, the lines of the one that is chosen. The table below the
// map says the same without this file. What is looked at (view, choice, hidden layers) stands after the # of the address.
import { calm, drawLand, icon, lines, mapOptions, outlines } from "./outlines.js";

const L = window.L;
const canvas = document.querySelector("[data-map]");
const setup = JSON.parse(document.getElementById("carte-reglages").textContent);
const { texts } = setup;
// A place of a project that is no authority lies abroad too: its number is negative among the others.
const SIDES = { france: "french", etranger: "foreign", lieu: "foreign" };
const nameOf = (point) => (point.side === "french" ? "france" : point.id < 0 ? "lieu" : "etranger");
const VIEWS = {
  monde: [[-52, -122], [70, 158]],
  europe: [[35, -11], [61, 33]],
  hexagone: [[41.3, -5.2], [51.2, 9.7]],
  antilles: [[3.8, -63.4], [18.3, -51]],
  indien: [[-22, 43.5], [-12.3, 57.3]],
  caledonie: [[-22.9, 163.2], [-19.3, 168.5]],
  polynesie: [[-18.2, -152.2], [-15.9, -148.6]],
};
const FINE_FROM = 4;
const REGIONS_FROM = 5;
const DEPARTMENTS_FROM = 7;
const LISTED = 12;
const format = new Intl.NumberFormat("fr").format;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
const some = ({ side, links: { length: n } }) => fill(texts[`${side}Link`][n > 1 ? 1 : 0], { n: format(n) });

// --- The ground -----------------------------------------------------------------------------------------------------

const map = L.map(canvas, mapOptions);
for (const [name, order] of [["land", 250], ["frame", 260], ["labels", 440], ["links", 460]]) {
  map.createPane(name).style.zIndex = order;
}
map.getPane("labels").style.pointerEvents = "none";
map.getPane("frame").style.pointerEvents = "none";
// The first control of a corner is the lowest.
const credit = L.control.attribution({ prefix: false }).addTo(map);
credit.addAttribution(canvas.dataset.credit);
// On a phone the sheet of a choice takes the top of the map.
const zoomCorner = canvas.clientWidth < 600 ? "bottomright" : "topleft";
L.control.zoom({ position: zoomCorner, zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut }).addTo(map);
L.control.scale({ imperial: false }).addTo(map);
if (setup.tiles) {
  L.tileLayer(setup.tiles, { attribution: setup.tilesCredit, noWrap: true, maxZoom: 19 }).addTo(map);
  canvas.classList.add("has-tiles");
}

const about = (code) => setup.countries[code] ?? [null, 0, 0];
const ground = { world: L.layerGroup().addTo(map), regions: L.layerGroup(), departments: L.layerGroup() };
const shapesOf = { world: [], regions: [], departments: [] };
let groundShown = "";

function countryPopup(shape) {
  const [name, number] = about(shape.code);
  const box = document.createElement("div");
  box.className = "atlas-popup";
  const title = box.appendChild(document.createElement("p"));
  title.className = "atlas-popup__title";
  title.textContent = name ?? shape.name;
  const count = box.appendChild(document.createElement("p"));
  count.textContent = fill(number ? texts.country : texts.none, { name: name ?? shape.name, n: format(number) });
  const links = box.appendChild(document.createElement("ul"));
  const query = new URLSearchParams(window.location.search);
  query.set("country", shape.code);
  for (const [text, href] of [
    [texts.countryPage, setup.countryPage.replace("xx", shape.code.toLowerCase())],
    [texts.onlyCountry, `?${query}`],
  ]) {
    const link = links.appendChild(document.createElement("li")).appendChild(document.createElement("a"));
    link.textContent = text;
    link.href = href;
    if (setup.embedded) link.target = "_blank";
  }
  return box;
}

async function showWorld(name) {
  if (groundShown === name) return;
  groundShown = name;
  const shapes = await outlines(canvas.dataset[name]);
  if (groundShown !== name) return;
  ground.world.clearLayers();
  for (const layer of drawLand(L, shapes, { pane: "land", rank: (code) => about(code)[2], interactive: true })) {
    const { shape } = layer;
    const [name_, number] = about(shape.code);
    layer.bindTooltip(fill(number ? texts.country : texts.none, { name: name_ ?? shape.name, n: format(number) }), {
      sticky: true,
      className: "atlas-tip",
    });
    if (shape.code && shape.code !== "FR") layer.on("click", (event) => openPopup(event.latlng, countryPopup(shape)));
    ground.world.addLayer(layer);
  }
  shapesOf.world = shapes.filter((shape) => shape.code);
  writeLabels();
}

async function showFrame(name, wanted) {
  const group = ground[name];
  if (!wanted) return group.remove();
  group.addTo(map);
  if (shapesOf[name].length) return undefined;
  shapesOf[name] = await outlines(canvas.dataset[name]);
  for (const shape of shapesOf[name]) {
    group.addLayer(
      L.polygon(shape.polygons, { pane: "frame", interactive: false, fill: false, weight: 1, className: `atlas-frame atlas-frame--${name}` }),
    );
  }
  return writeLabels();
}

function largestBox(shape) {
  shape.box ??= shape.polygons
    .map(([outer]) => L.latLngBounds(outer))
    .reduce((best, box) => (size(box) > size(best) ? box : best));
  return shape.box;
}
const size = (box) => (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth());

// Names of what is wide enough to hold them, where neither a point nor another name stands.
const labels = L.layerGroup().addTo(map);
const TRIES = [[0, 0], [0, -22], [0, 22], [0, -44], [0, 44], [-50, 0], [50, 0], [-50, -30], [50, 30], [0, -70], [0, 70]];

function writeLabels() {
  labels.clearLayers();
  const zoom = map.getZoom();
  if (zoom < 3.5 || setup.tiles) return;
  const near = zoom >= DEPARTMENTS_FROM + 1;
  const shapes = near ? [...shapesOf.departments, ...shapesOf.world.filter(({ code }) => code !== "FR")] : shapesOf.world;
  const view = map.getBounds();
  const taken = [...canvas.querySelectorAll(".leaflet-marker-pane .atlas-pin")].map((pin) => {
    const { x, y } = L.DomUtil.getPosition(pin);
    return L.bounds([x - pin.offsetWidth / 2, y - pin.offsetHeight / 2], [x + pin.offsetWidth / 2, y + pin.offsetHeight / 2]);
  });
  for (const shape of shapes) {
    const box = largestBox(shape);
    if (!view.intersects(box)) continue;
    const room = L.bounds(map.latLngToLayerPoint(box.getSouthWest()), map.latLngToLayerPoint(box.getNorthEast()));
    const wide = shape.name.length * 7;
    if (room.getSize().x < wide + 10) continue;
    const center = room.getCenter();
    for (const [dx, dy] of TRIES) {
      const at = center.add([dx, dy]);
      const place = L.bounds(at.subtract([wide / 2, 10]), at.add([wide / 2, 10]));
      if (!room.contains(place) || taken.some((other) => other.intersects(place))) continue;
      taken.push(place);
      labels.addLayer(
        L.marker(map.layerPointToLatLng(at), {
          pane: "labels",
          interactive: false,
          keyboard: false,
          icon: L.divIcon({ className: "atlas-map-label", iconSize: null, html: `<span aria-hidden="true">${escape(shape.name)}</span>` }),
        }),
      );
      break;
    }
  }
}
const width = (n) => (n < 10 ? 28 : n < 100 ? 34 : n < 10_000 ? 42 : 52);
const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function showGround() {
  const zoom = map.getZoom();
  const failed = () => {}; // The frame of régions is a comfort: the map says the same without it.
  canvas.classList.toggle("is-near", zoom >= REGIONS_FROM);
  showWorld(zoom >= FINE_FROM ? "worldFine" : "world").catch(fail);
  showFrame("regions", zoom >= REGIONS_FROM).catch(failed);
  showFrame("departments", zoom >= DEPARTMENTS_FROM).catch(failed);
}

// --- The points -----------------------------------------------------------------------------------------------------

const points = { french: [], foreign: [] };
const groups = {};

function groupOf(side) {
  return L.markerClusterGroup({
    showCoverageOnHover: false,
    maxClusterRadius: 56,
    spiderfyDistanceMultiplier: 1.6,
    animate: !calm,
    spiderLegPolylineOptions: { className: "atlas-leg", weight: 1 },
    iconCreateFunction: (cluster) => {
      const n = cluster.getChildCount();
      return icon(L, {
        side,
        size: width(n),
        text: format(n),
        label: () => fill(texts[`${side}Cluster`], { n: format(n) }),
        extra: "atlas-pin--group",
      });
    },
  });
}

// --- Too many to show one by one: cells that say how many they hold ---------------------------------------------------

let gridded = 0;

function readGrid({ scale, total, ...sides }) {
  gridded = total;
  for (const side of Object.keys(points)) {
    const x = sums(sides[side].x);
    const y = sums(sides[side].y);
    const pin = (n) =>
      icon(L, {
        side,
        size: width(n),
        text: format(n),
        label: () => fill(texts[`${side}Cluster`], { n: format(n) }),
        extra: "atlas-pin--group",
      });
    groups[side] = L.markerClusterGroup({
      showCoverageOnHover: false,
      maxClusterRadius: 56,
      animate: !calm,
      iconCreateFunction: (cluster) => pin(cluster.getAllChildMarkers().reduce((sum, { options }) => sum + options.n, 0)),
    });
    groups[side].addLayers(
      sides[side].n.map((n, rank) =>
        L.marker([y[rank] / scale, x[rank] / scale], { n, icon: pin(n), riseOnHover: true }).on("click", ({ latlng }) =>
          map.setView(latlng, Math.max(map.getZoom() + 2, REGIONS_FROM)),
        ),
      ),
    );
  }
}

const sums = (differences) => {
  let at = 0;
  return differences.map((difference) => (at += difference));
};

const describe = (point) =>
  [titleOf(point) ?? texts[point.side === "french" ? "france" : "foreign"], placeOf(point), some(point)].filter(Boolean).join(", ");
// A commune is told from its namesakes by its département, «Rennes (35)»; a place abroad by its country.
const titleOf = (point) => (point.side === "french" && point.name && point.place ? `${point.name} (${point.place})` : point.name);
const placeOf = (point) => (point.side === "foreign" ? (about(point.place)[0] ?? point.place) : "");

function readPoints({ scale, french, foreign, links }) {
  for (const [side, columns] of Object.entries({ french, foreign })) {
    const x = sums(columns.x);
    const y = sums(columns.y);
    points[side] = columns.id.map((id, rank) => ({ side, id, latlng: [y[rank] / scale, x[rank] / scale], links: [] }));
  }
  sums(links.french).forEach((from, rank) => {
    const ends = [points.french[from], points.foreign[links.foreign[rank]]];
    ends[0].links.push(ends[1]);
    ends[1].links.push(ends[0]);
  });
  for (const side of Object.keys(points)) {
    groups[side] = groupOf(side);
    groups[side].addLayers(
      points[side].map((point) => {
        point.marker = L.marker(point.latlng, {
          icon: icon(L, { side, size: 24, label: () => describe(point) }),
          riseOnHover: true,
        });
        return point.marker
          .bindTooltip(() => escape(describe(point)), { className: "atlas-tip", direction: "top", offset: [0, -8] })
          .on("click", () => choose(point));
      }),
    );
  }
}

function readNames(names) {
  for (const side of Object.keys(points)) {
    points[side].forEach((point, rank) => {
      point.name = names[side].name[rank];
      point.place = names[side].place[rank];
      point.marker.getElement()?.setAttribute("aria-label", describe(point));
    });
  }
}

async function read(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return answer.json();
}

// --- A choice: its sheet, and lines to the other ends ----------------------------------------------------------------

const drawn = L.layerGroup().addTo(map);
let chosen = null;
let popup = null;
let opener = null;

function openPopup(latlng, content) {
  const before = document.activeElement;
  map.closePopup();
  opener = before;
  const { x, y } = map.getSize();
  popup = L.popup({
    maxWidth: Math.min(320, x - 80),
    minWidth: Math.min(220, x - 80),
    maxHeight: Math.max(140, Math.min(260, y / 2 - 40)),
    autoPanPadding: [16, 16],
    className: "atlas-map-popup",
  })
    .setLatLng(latlng)
    .setContent(content)
    .openOn(map);
  const close = popup.getElement().querySelector(".leaflet-popup-close-button");
  close.setAttribute("aria-label", texts.close);
  close.title = texts.close;
  return popup;
}

function drawLinks(point) {
  drawn.clearLayers();
  for (const end of point.links) {
    for (const line of lines(point.latlng, end.latlng)) {
      drawn.addLayer(L.polyline(line, { pane: "links", className: "atlas-link", weight: 2, interactive: false, smoothFactor: 0.5 }));
    }
    drawn.addLayer(
      L.circleMarker(end.latlng, { pane: "links", radius: 6, className: `atlas-end atlas-end--${end.side}`, weight: 2, fillOpacity: 1 })
        .bindTooltip(() => escape(describe(end)), { className: "atlas-tip" })
        .on("click", () => choose(end)),
    );
  }
  drawn.addLayer(
    L.circleMarker(point.latlng, { pane: "links", radius: 9, className: `atlas-end atlas-end--${point.side} is-chosen`, weight: 3, fillOpacity: 1, interactive: false }),
  );
}

function showEnds(point, options) {
  map.fitBounds(L.latLngBounds([point, ...point.links].map(({ latlng }) => latlng)).pad(0.25), { maxZoom: 8, ...options });
}

async function choose(point) {
  const box = document.createElement("div");
  box.className = "atlas-popup";
  box.setAttribute("aria-live", "polite");
  box.textContent = point.name ?? "…";
  const opened = openPopup(point.latlng, box);
  chosen = point;
  drawLinks(point);
  writeState();
  const url = new URL(setup.sheet, window.location.href);
  url.searchParams.set("cote", nameOf(point));
  url.searchParams.set("id", Math.abs(point.id));
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(String(answer.status));
    box.innerHTML = await answer.text();
    if (setup.embedded) box.querySelectorAll("a").forEach((link) => (link.target = "_blank"));
  } catch {
    box.textContent = texts.sheetFailed;
  }
  if (popup !== opened) return;
  opened.update();
  box.querySelector("[data-ends]")?.addEventListener("click", () => showEnds(point));
  box.querySelector("a, button")?.focus({ preventScroll: true });
}

map.on("popupclose", () => {
  const inside = popup?.getElement()?.contains(document.activeElement);
  popup = null;
  chosen = null;
  drawn.clearLayers();
  writeState();
  if (inside) (opener?.isConnected ? opener : canvas).focus({ preventScroll: true });
});

canvas.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && popup) {
    event.stopPropagation();
    map.closePopup();
  } else if ((event.key === "Enter" || event.key === " ") && event.target.classList.contains("atlas-pin")) {
    event.preventDefault();
    event.stopPropagation();
    event.target.click();
    // A group that opens is no longer there: the arrows of the map take over.
    setTimeout(() => event.target.isConnected || popup || canvas.focus({ preventScroll: true }), 400);
  }
}, true);

// --- What the address holds -------------------------------------------------------------------------------------------

const hidden = new Set();
let restoring = true;

function readState() {
  const state = new URLSearchParams(window.location.hash.slice(1));
  const [zoom, lat, lon] = (state.get("vue") ?? "").split("/").map(Number);
  hidden.clear();
  for (const name of (state.get("sans") ?? "").split(",")) if (name) hidden.add(name);
  const [, side, id] = /^(france|etranger|lieu)-(\d+)$/.exec(state.get("choix") ?? "") ?? [];
  return { view: [zoom, lat, lon].every(Number.isFinite) && state.has("vue") ? { zoom, center: [lat, lon] } : null, side: SIDES[side], id: side === "lieu" ? -id : Number(id) };
}

function writeState() {
  if (restoring) return;
  const { lat, lng } = map.getCenter();
  const parts = [`vue=${map.getZoom()}/${lat.toFixed(3)}/${lng.toFixed(3)}`];
  for (const link of document.querySelectorAll("[data-keep-view]")) link.hash = parts[0];
  if (chosen) parts.push(`choix=${nameOf(chosen)}-${Math.abs(chosen.id)}`);
  if (hidden.size) parts.push(`sans=${[...hidden].join(",")}`);
  history.replaceState(history.state, "", `${window.location.pathname}${window.location.search}#${parts.join("&")}`);
  for (const field of document.querySelectorAll("[data-embed]")) {
    field.value = field.dataset.embed.replace("{hash}", `#${parts.join("&amp;")}`);
  }
}

function applyLayers() {
  for (const box of document.querySelectorAll("[data-layer]")) box.checked = !hidden.has(box.dataset.layer);
  canvas.classList.toggle("is-without-countries", hidden.has("pays"));
  for (const [name, side] of [["france", "french"], ["etranger", "foreign"]]) {
    if (!groups[side]) continue;
    if (hidden.has(name)) groups[side].remove();
    else groups[side].addTo(map);
  }
}

function restore() {
  const { view, side, id } = readState();
  restoring = true;
  applyLayers();
  const ends = [...points.french, ...points.foreign].map(({ latlng }) => latlng);
  if (view) map.setView(view.center, view.zoom, { animate: false });
  else if (setup.filtered && ends.length) map.fitBounds(L.latLngBounds(ends).pad(0.1), { maxZoom: 9, animate: false });
  const point = side && points[side].find((one) => one.id === id);
  restoring = false;
  if (point) choose(point);
  else map.closePopup();
  writeState();
  settle();
}

// --- What is in the view, in words ------------------------------------------------------------------------------------

function listPoints() {
  const view = map.getBounds();
  const status = document.querySelector("[data-in-view]");
  if (!status) return;
  const counts = {};
  for (const list of document.querySelectorAll("[data-points]")) {
    const side = list.dataset.points;
    const seen = hidden.has(side === "french" ? "france" : "etranger") ? [] : points[side].filter(({ latlng }) => view.contains(latlng));
    counts[side] = format(seen.length);
    seen.sort((a, b) => b.links.length - a.links.length || (a.name ?? "").localeCompare(b.name ?? "", "fr"));
    const items = seen.slice(0, LISTED).map((point) => {
      const item = document.createElement("li");
      const button = item.appendChild(document.createElement("button"));
      button.type = "button";
      button.append(titleOf(point) ?? "…");
      const detail = button.appendChild(document.createElement("small"));
      detail.textContent = [placeOf(point), some(point)].filter(Boolean).join(" · ");
      button.addEventListener("click", () => {
        canvas.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
        showEnds(point, { animate: false });
        choose(point);
      });
      return item;
    });
    if (seen.length > LISTED) {
      const item = document.createElement("li");
      item.className = "atlas-map-list__more";
      item.textContent = fill(texts.more, { n: format(seen.length - LISTED) });
      items.push(item);
    }
    list.replaceChildren(...items);
  }
  status.textContent = gridded ? fill(texts.grid, { n: format(gridded) }) : fill(texts.inView, counts);
}

function fail() {
  const alert = document.querySelector("[data-map-failed]");
  alert.textContent = texts.failed;
  alert.hidden = false;
}

/** Once the groups have taken their places. */
function settle() {
  listPoints();
  writeLabels();
}

let waiting;
map.on("zoomstart", () => labels.clearLayers());
map.on("moveend", () => {
  writeState();
  clearTimeout(waiting);
  waiting = setTimeout(settle, calm ? 50 : 350);
});
map.on("zoomend moveend", showGround);

for (const button of document.querySelectorAll("[data-view]")) {
  button.addEventListener("click", () => map.fitBounds(VIEWS[button.dataset.view]));
}
for (const box of document.querySelectorAll("[data-layer]")) {
  box.addEventListener("change", () => {
    hidden[box.checked ? "delete" : "add"](box.dataset.layer);
    applyLayers();
    writeState();
    settle();
  });
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = texts.copied;
    } catch {
      // The browser refuses the clipboard: the code stands selected, ready for the keyboard.
    }
  });
}

map.fitBounds(VIEWS.monde, { animate: false });
const first = readState();
if (first.view) map.setView(first.view.center, first.view.zoom, { animate: false });
showGround();
const namesRead = read(setup.names);
namesRead.catch(() => {});
try {
  const columns = await read(setup.points);
  if (columns.grid) readGrid(columns);
  else readPoints(columns);
  restore();
  window.addEventListener("hashchange", () => /vue=/.test(window.location.hash) && restore());
  let names = await namesRead;
  if (names.version !== columns.version) names = await read(setup.names, { cache: "reload" });
  // Data that changed twice meanwhile: points keep their kind for name until the next visit.
  if (names.version === columns.version) readNames(names);
  listPoints();
  if (chosen) drawLinks(chosen);
  canvas.dataset.ready = "true";
} catch (error) {
  fail();
}
