// The world on the home page: countries by number of links, in a projection that flatters no continent (Natural Earth).
// A picture that leads to the map; the table of countries says the same without this file.
import { outlines } from "./outlines.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 960;

// B. Šavrič, T. Patterson et al., polynomial of the Natural Earth projection, 2011.
function project([lat, lon]) {
  const phi = (lat * Math.PI) / 180;
  const lambda = (lon * Math.PI) / 180;
  const phi2 = phi * phi;
  const phi4 = phi2 * phi2;
  const x = lambda * (0.8707 - 0.131979 * phi2 + phi4 * (-0.013791 + phi4 * (0.003971 * phi2 - 0.001529 * phi4)));
  const y = phi * (1.007226 + phi2 * (0.015085 + phi4 * (-0.044475 + 0.028874 * phi2 - 0.005916 * phi4)));
  return [((x + 2.7353) / 5.4706) * WIDTH, ((1.42 - y) / 5.4706) * WIDTH];
}

const path = (polygons) =>
  polygons
    .flat()
    .map((ring) => `M${ring.map((point) => project(point).map((value) => value.toFixed(1)).join(" ")).join("L")}Z`)
    .join("");

async function draw(frame) {
  const countries = JSON.parse(document.getElementById(frame.dataset.worldPreview).textContent);
  const shapes = await outlines(frame.dataset.world);
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${WIDTH} 425`);
  picture.setAttribute("aria-hidden", "true");
  for (const { code, name, polygons } of shapes) {
    const [number, rank] = countries[code] ?? [0, 0];
    const shape = picture.appendChild(document.createElementNS(SVG, "path"));
    shape.setAttribute("class", `atlas-land atlas-land--${rank}${code === "FR" ? " atlas-land--home" : ""}`);
    shape.setAttribute("d", path(polygons));
    const title = shape.appendChild(document.createElementNS(SVG, "title"));
    title.textContent = number ? `${name} : ${new Intl.NumberFormat("fr").format(number)}` : name;
  }
  frame.prepend(picture);
  frame.dataset.ready = "true";
}

for (const frame of document.querySelectorAll("[data-world-preview]")) {
  draw(frame).catch(() => frame.remove());
}
