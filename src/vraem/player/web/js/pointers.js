/* Mouse and fingers on a map: drag to move, wheel or two fingers to zoom, a short touch to choose. Where the page is
   longer than the window the wheel scrolls it, past the map, too; with Ctrl, as from two fingers on a pad, it zooms. */

const STILL = 5; // points that a click may wander

export function pointers(root, view, onClick) {
  const down = new Map();
  let wandered = 0;
  let spread = 0;

  const spot = (event) => {
    const box = root.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  root.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button, label, input")) return;
    root.setPointerCapture(event.pointerId);
    down.set(event.pointerId, spot(event));
    if (down.size === 1) wandered = 0;
    spread = 0;
  });

  root.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = spot(event);
    down.set(event.pointerId, now);
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    wandered += Math.hypot(dx, dy);
    if (down.size === 1 && wandered > STILL) view.pan(dx, dy);
    if (down.size === 2) {
      const [a, b] = [...down.values()];
      const apart = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (spread) view.zoom(apart / spread, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
      view.pan(dx / 2, dy / 2);
      spread = apart;
    }
  });

  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    if (event.type === "pointerup" && down.size === 0 && wandered <= STILL) onClick(...spot(event));
    spread = 0;
  };
  root.addEventListener("pointerup", up);
  root.addEventListener("pointercancel", up);

  root.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && getComputedStyle(document.body).overflowY !== "hidden") return;
      event.preventDefault();
      view.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), ...spot(event));
    },
    { passive: false },
  );

  root.addEventListener("dblclick", (event) => view.zoom(1.8, ...spot(event)));
}
