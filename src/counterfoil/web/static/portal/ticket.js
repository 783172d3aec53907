// The one button of an invoice stays at the foot of a small screen while its counterfoil is above it.
const isSmall = matchMedia("(max-width: 58rem)");

function keepPayInSight() {
  const place = find(".ticket .actions > .buttons");
  const pay = place?.querySelector(".pay");
  if (!pay?.querySelector(".main")) return;
  const isAbove = isSmall.matches && place.getBoundingClientRect().bottom < 0;
  if (isAbove === pay.classList.contains("at-foot")) return;
  // What it leaves stays as high as it was, so that nothing moves.
  place.style.minBlockSize = isAbove ? `${place.offsetHeight}px` : "";
  pay.classList.toggle("at-foot", isAbove);
}

addEventListener("scroll", () => requestAnimationFrame(keepPayInSight), { passive: true });
isSmall.addEventListener("change", keepPayInSight);
document.addEventListener("shown", keepPayInSight);
