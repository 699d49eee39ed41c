// From the small description in `regulars.kit.charts` to ECharts, in the colours of the theme.
import { BarChart, CustomChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { getInstanceByDom, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { flowTooltip, flows } from "./flows.js";
import { optionsOfPoints, pointTooltip } from "./points.js";
import { band, bars, dots, line } from "./series.js";
import { axisFigure, figure } from "./figures.js";

use([BarChart, CustomChart, LineChart, SankeyChart, ScatterChart]);
use([GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

const FONT = '"Inter Figures", "PingFang SC", "Noto Sans CJK SC", sans-serif';

function palette(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    series: [1, 2, 3, 4, 5].map((place) => read(`--chart-${place}`)),
    ink: read("--ink"),
    faint: read("--ink-3"),
    line: read("--line"),
    card: read("--card"),
  };
}

export function draw(element, spec) {
  if (!element.clientWidth) return;
  const chart = getInstanceByDom(element) ?? init(element);
  chart.resize();
  chart.setOption(options(spec, palette(element), element.clientWidth), true);
}

export function forget(element) {
  getInstanceByDom(element)?.dispose();
}

function options(spec, colours, width) {
  if (spec.kind === "flows") return optionsOfFlows(spec, colours, width);
  if (spec.kind === "points") return withWords(optionsOfPoints(spec, colours), colours);
  const sideways = spec.kind === "dots" || spec.across;
  const labels = axisOfLabels(spec, colours, sideways, width);
  const values = axisOfValues(spec, colours, sideways ? width : 900);
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    color: colours.series,
    grid: { left: 4, right: 16, top: spec.mark ? 28 : 12, bottom: 4, containLabel: true },
    xAxis: sideways ? values : labels,
    yAxis: sideways ? labels : values,
    tooltip: tooltip(spec, colours),
    series: seriesOf(spec, colours),
  };
}

function withWords(drawing, colours) {
  const look = { ...tooltip({ series: [] }, colours), trigger: "item", formatter: pointTooltip };
  return { animation: false, textStyle: { fontFamily: FONT }, tooltip: look, ...drawing };
}

function optionsOfFlows(spec, colours, width) {
  const look = { ...tooltip({ series: [] }, colours), trigger: "item" };
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    tooltip: { ...look, formatter: flowTooltip(spec) },
    series: [flows(spec, colours, width)],
  };
}

function axisOfLabels(spec, colours, sideways, width) {
  const many = Math.max(1, Math.ceil((spec.x.length * 52) / width));
  return {
    type: "category",
    data: spec.x,
    inverse: sideways,
    boundaryGap: spec.kind !== "line",
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: {
      color: colours.faint,
      fontSize: 12,
      interval: sideways ? 0 : many - 1,
      hideOverlap: true,
    },
  };
}

function axisOfValues(spec, colours, width) {
  return {
    type: "value",
    min: spec.kind === "dots" ? undefined : (extent) => Math.min(0, extent.min),
    scale: spec.kind === "dots",
    splitNumber: width < 480 ? 3 : 5,
    axisLabel: {
      color: colours.faint,
      fontSize: 12,
      hideOverlap: true,
      formatter: (value) => axisFigure(value, spec.unit),
    },
    splitLine: { lineStyle: { color: colours.line } },
  };
}

function tooltip(spec, colours) {
  const row = (entry) => {
    const series = spec.series[entry.seriesId.split("-")[1]];
    const [low, high] = [series.low?.[entry.dataIndex], series.high?.[entry.dataIndex]];
    const range = low == null ? "" : `  ${figure(low, spec.unit)} – ${figure(high, spec.unit)}`;
    return `${series.name}  ${figure(series.values[entry.dataIndex], spec.unit)}${range}`;
  };
  return {
    trigger: "axis",
    renderMode: "richText",
    confine: true,
    backgroundColor: colours.card,
    borderColor: colours.line,
    textStyle: { color: colours.ink, fontSize: 12, fontFamily: FONT },
    axisPointer: { type: spec.kind === "line" ? "line" : "none" },
    formatter: (entries) => {
      const shown = entries.filter(
        (entry) =>
          entry.seriesId.startsWith("main-") &&
          spec.series[entry.seriesId.split("-")[1]].values[entry.dataIndex] != null,
      );
      return shown.length ? [spec.x[shown[0].dataIndex], ...shown.map(row)].join("\n") : "";
    },
  };
}

function seriesOf(spec, colours) {
  const drawn = spec.series.flatMap((series, place) => {
    const colour = colours.series[(series.hue ?? place) % colours.series.length];
    if (spec.kind === "bars") return [bars(series, place, colour, spec)];
    if (spec.kind === "dots") return dots(series, place, colour);
    const above = series.low ? band(series, place, colour) : [];
    return [...above, line(series, place, colour)];
  });
  if (spec.mark && drawn.length) drawn.at(-1).markLine = markLine(spec.mark, colours);
  return drawn;
}

function markLine(mark, colours) {
  return {
    silent: true,
    symbol: "none",
    label: { formatter: mark.label, color: colours.faint, fontSize: 12 },
    lineStyle: { color: colours.faint, type: "solid", width: 1 },
    data: [{ xAxis: mark.at }],
  };
}
