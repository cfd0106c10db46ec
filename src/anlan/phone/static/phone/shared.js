// A shared phone that nobody touches locks itself; the server would refuse it anyway.

const lock = document.querySelector("form[data-idle]");
if (lock) {
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => lock.submit(), Number(lock.dataset.idle) * 1000);
  };
  for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
    document.addEventListener(kind, wait, { passive: true, capture: true });
  }
  wait();
}
