// Figures on axes and in tooltips, written as the server writes them.
const MINUS = "−";

function grouped(value, decimals) {
  const text = Math.abs(value).toLocaleString("en", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return text;
}

const short = (value) => String(Number(value.toFixed(1)));

function compact(size, chinese) {
  const steps = chinese
    ? [[1e8, "亿"], [1e4, "万"]]
    : [[1e9, "B"], [1e6, "M"], [1e4, "K"]];
  for (const [step, word] of steps)
    if (size >= step) return short(size / (word === "K" ? 1e3 : step)) + word;
  return Number.isInteger(size) ? grouped(size, 0) : short(size);
}

export function axisFigure(value, unit) {
  const sign = value < 0 ? MINUS : "";
  if (unit.style === "percent") return `${sign}${short(Math.abs(value) * 100)}%`;
  if (unit.style === "money")
    return `${sign}${unit.sign}${compact(Math.abs(value) / 100, unit.chinese)}`;
  return sign + compact(Math.abs(value), unit.chinese);
}

export function figure(value, unit) {
  if (value == null) return "—";
  const sign = value < 0 ? MINUS : "";
  if (unit.style === "percent") return `${sign}${(Math.abs(value) * 100).toFixed(1)}%`;
  if (unit.style === "money") return `${sign}${unit.sign}${grouped(value / 100, 0)}`;
  return sign + grouped(value, Number.isInteger(value) ? 0 : 1);
}
