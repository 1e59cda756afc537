/* Small helpers for elements. Text is always set as text: nothing here reads HTML. */

/** An element with properties, data-* as data, on* as listeners, and children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A definition list of [term, value] pairs; a value from 0 to 1 given as {share} gets a bar. */
export function facts(rows) {
  const list = h("dl", { className: "facts" });
  for (const [term, value] of rows.filter(Boolean)) {
    const shown = value && typeof value === "object" && "share" in value ? meter(value) : value;
    list.append(h("dt", {}, term), h("dd", {}, ...(Array.isArray(shown) ? shown : [shown])));
  }
  return list;
}

function meter({ share, text, colour }) {
  const width = `${(100 * Math.min(Math.max(share, 0), 1)).toFixed(0)}%`;
  return h("span", { className: "meter" }, h("span", { className: "meter-track" }, h("i", { style: { width, background: colour ?? "" } })), h("span", {}, text));
}
