/* The keyboard. Letters act only where nobody is typing. */

const PAN = 60;
const ZOOM = 1.35;
const QUARTER = 13;

export function keys(stage, view, { language, large, help }) {
  const pointed = byPointer();
  const layerNames = Object.keys(stage.layers);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { target, key } = event;
    const dialog = document.querySelector("dialog[open]");
    if (dialog && (dialog.id !== "enlarged" || key === "Escape")) return; // it has its own keys, but one chart alone leaves the play to them
    if (key === " " && pointed() && target.matches("button, summary, select, input[type=range], input[type=checkbox]")) {
      target.blur(); // a control that was left behind by the mouse does not take the key
      event.preventDefault();
      stage.toggle();
      return;
    }
    if (target.matches("input:not([type=range]):not([type=checkbox]), select, textarea")) return;
    const onMap = target.classList.contains("map");
    const onRange = target.matches("input[type=range]");
    if (onMap && key.startsWith("Arrow")) {
      const [dx, dy] = { ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN] }[key];
      view.pan(dx, dy);
      event.preventDefault();
      return;
    }
    if (target.matches("button, input[type=checkbox], summary") && (key === " " || key === "Enter")) return;
    const steps = event.shiftKey ? QUARTER : 1;
    const actions = {
      " ": () => stage.toggle(),
      k: () => stage.toggle(),
      ArrowLeft: () => stage.step(-steps),
      ArrowRight: () => stage.step(steps),
      Home: () => stage.step(-stage.horizon),
      End: () => stage.step(stage.horizon),
      "+": () => view.zoom(ZOOM),
      "=": () => view.zoom(ZOOM),
      "-": () => view.zoom(1 / ZOOM),
      0: () => view.belt(),
      9: () => view.whole(),
      c: () => stage.openTab("charts"),
      e: () => stage.openTab("log"),
      d: () => stage.openTab("card"),
      l: language,
      t: large,
      "?": help,
      Escape: () => stage.select(null),
    };
    layerNames.forEach((name, index) => (actions[index + 1] = () => stage.setLayer(name, !stage.layers[name])));
    if (onRange && (key.startsWith("Arrow") || key === "Home" || key === "End") && !target.classList.contains("time")) return;
    const action = actions[key.length === 1 ? key.toLowerCase() : key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** Whether what has the focus got it from the mouse or a finger rather than from the keyboard. */
function byPointer() {
  let pointed = false;
  document.addEventListener("pointerdown", () => (pointed = true), true);
  document.addEventListener("keydown", ({ key }) => (pointed &&= key !== "Tab"), true);
  return () => pointed;
}
