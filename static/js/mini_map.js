// The small map of a sheet: the two ends of its links. The list below it says the same without this file.
import { drawLand, icon, lines, mapOptions, outlines } from "./outlines.js";

const L = window.L;
const FINE_FROM = 4;

function popup(point) {
  const box = document.createElement(point.url ? "a" : "strong");
  if (point.url) box.href = point.url;
  box.textContent = point.name;
  return box;
}

function draw(canvas) {
  const points = JSON.parse(document.getElementById(canvas.dataset.miniMap).textContent);
  const map = L.map(canvas, { ...mapOptions, maxZoom: 9, scrollWheelZoom: false });
  map.createPane("land").style.zIndex = 250;
  map.createPane("links").style.zIndex = 460;
  L.control.zoom({ zoomInTitle: canvas.dataset.zoomIn, zoomOutTitle: canvas.dataset.zoomOut }).addTo(map);
  L.control.attribution({ prefix: false }).addAttribution(canvas.dataset.credit).addTo(map);

  const world = L.layerGroup().addTo(map);
  let shown = "";
  const ground = async () => {
    const wanted = map.getZoom() >= FINE_FROM ? "worldFine" : "world";
    if (wanted === shown) return;
    shown = wanted;
    const shapes = await outlines(canvas.dataset[wanted]);
    if (shown !== wanted) return;
    world.clearLayers();
    drawLand(L, shapes, { pane: "land" }).forEach((layer) => world.addLayer(layer));
  };

  const french = points.filter(({ side }) => side === "french");
  const foreign = points.filter(({ side }) => side === "foreign");
  for (const here of french) {
    for (const there of foreign) {
      for (const line of lines([here.lat, here.lon], [there.lat, there.lon])) {
        L.polyline(line, { pane: "links", className: "atlas-link", weight: 1.5, interactive: false }).addTo(map);
      }
    }
  }
  for (const point of points) {
    // The list below leads to the same pages: a hundred stops of the tab key would only be in the way.
    L.marker([point.lat, point.lon], { keyboard: false, icon: icon(L, { side: point.side, size: 24, label: () => point.name }) })
      .bindTooltip(document.createTextNode(point.name).textContent.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`), { className: "atlas-tip", direction: "top", offset: [0, -8] })
      .bindPopup(popup(point), { className: "atlas-map-popup" })
      .addTo(map);
  }
  map.on("zoomend", () => ground().catch(() => {}));
  map.fitBounds(L.latLngBounds(points.map(({ lat, lon }) => [lat, lon])).pad(0.15), { maxZoom: 6, animate: false });
  ground().then(() => (canvas.dataset.ready = "true"), () => canvas.closest("figure").remove());
}

document.querySelectorAll("[data-mini-map]").forEach(draw);
