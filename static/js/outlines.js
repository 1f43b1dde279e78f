// Shapes and lines that the maps share. Files of static/geo/ hold rings as differences of whole numbers (see the
// command build_outlines); lines between two places follow the shortest way round the globe.
const loaded = new Map();

function ring(flat, scale) {
  const points = [];
  for (let at = 0, x = 0, y = 0; at < flat.length; at += 2) {
    x += flat[at];
    y += flat[at + 1];
    points.push([y / scale, x / scale]);
  }
  return points;
}

/** The shapes of a file: [{code, name, polygons: [[[latitude, longitude]…]…]}]. Fetched once. */
export function outlines(url) {
  if (!loaded.has(url)) {
    loaded.set(
      url,
      fetch(url)
        .then((answer) => {
          if (!answer.ok) throw new Error(`${answer.status} ${url}`);
          return answer.json();
        })
        .then(({ scale, shapes }) =>
          shapes.map((shape) => ({
            ...shape,
            polygons: shape.polygons.map((polygon) => polygon.map((flat) => ring(flat, scale))),
          })),
        ),
    );
    loaded.get(url).catch(() => loaded.delete(url));
  }
  return loaded.get(url);
}

const RADIANS = Math.PI / 180;

/** Points of the great circle between two [latitude, longitude]. Longitudes go on past 180 rather than jump back. */
export function arc([fromLat, fromLon], [toLat, toLon], parts = 96) {
  const vector = (lat, lon) => [
    Math.cos(lat * RADIANS) * Math.cos(lon * RADIANS),
    Math.cos(lat * RADIANS) * Math.sin(lon * RADIANS),
    Math.sin(lat * RADIANS),
  ];
  const start = vector(fromLat, fromLon);
  const end = vector(toLat, toLon);
  const angle = Math.acos(Math.min(1, Math.max(-1, start[0] * end[0] + start[1] * end[1] + start[2] * end[2])));
  if (angle < 0.005 || Math.PI - angle < 0.005) return [[fromLat, fromLon], [toLat, toLon]];
  const points = [];
  let before = fromLon;
  for (let part = 0; part <= parts; part += 1) {
    const near = Math.sin((1 - part / parts) * angle) / Math.sin(angle);
    const far = Math.sin((part / parts) * angle) / Math.sin(angle);
    const [x, y, z] = start.map((value, axis) => near * value + far * end[axis]);
    let lon = Math.atan2(y, x) / RADIANS;
    lon += 360 * Math.round((before - lon) / 360);
    points.push([Math.atan2(z, Math.hypot(x, y)) / RADIANS, lon]);
    before = lon;
  }
  return points;
}

/** The line between two places as the flat map shows it: one line, or two where it leaves on one side and comes back on the other. */
export function lines(from, to) {
  const line = arc(from, to);
  const turns = Math.round((line.at(-1)[1] - to[1]) / 360);
  if (!turns) return [line];
  return [line, line.map(([lat, lon]) => [lat, lon - 360 * turns])];
}

/** Country shapes on a Leaflet map, styled by class in map.css. `rank` gives the class of a country, 0 for none. */
export function drawLand(L, shapes, { pane, rank = () => 0, interactive = false }) {
  return shapes.map((shape) => {
    const home = shape.code === "FR" ? " atlas-land--home" : "";
    const layer = L.polygon(shape.polygons, {
      pane,
      interactive,
      className: `atlas-land atlas-land--${rank(shape.code)}${home}`,
      fillOpacity: 1,
      weight: 0.75,
      smoothFactor: 0.6,
    });
    layer.shape = shape;
    return layer;
  });
}

/** Icon of a point or of a group: a square for the French side, a disc for the other, and a name for those who do not see it. */
export function icon(L, { side, size, text = "", label, extra = "" }) {
  const made = L.divIcon({
    className: `atlas-pin atlas-pin--${side} ${extra}`,
    iconSize: [size, size],
    html: text ? `<span aria-hidden="true">${text}</span>` : "",
  });
  const create = made.createIcon.bind(made);
  made.createIcon = (old) => {
    const element = create(old);
    element.setAttribute("role", "img"); // a button, if the keyboard reaches it: Leaflet says so afterwards
    element.setAttribute("aria-label", label());
    return element;
  };
  return made;
}

export const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export const mapOptions = {
  minZoom: 1,
  maxZoom: 13,
  zoomSnap: 0.25,
  zoomControl: false,
  attributionControl: false,
  zoomAnimation: !calm,
  fadeAnimation: !calm,
  markerZoomAnimation: !calm,
  inertia: !calm,
};
