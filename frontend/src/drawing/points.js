// A map of groups: every point in the colour of its group, whose mark stands in the middle.
export function optionsOfPoints(spec, colours) {
  const clouds = spec.clouds.map((cloud, place) => ({
    id: `main-${place}`,
    type: "scatter",
    data: cloud.points,
    symbol: cloud.second ? "diamond" : "circle",
    symbolSize: cloud.second ? 7 : 5,
    silent: true,
    itemStyle: { color: colours.series[cloud.hue], opacity: 0.45 },
  }));
  const marks = {
    id: "marks",
    type: "scatter",
    symbolSize: 24,
    data: spec.clouds.map((cloud) => ({
      value: cloud.middle,
      name: cloud.name,
      itemStyle: { color: colours.card, borderColor: colours.series[cloud.hue], borderWidth: 2 },
      label: { show: true, formatter: cloud.mark, color: colours.ink, fontSize: 12 },
    })),
  };
  return {
    grid: { left: 8, right: 12, top: 28, bottom: 28 },
    xAxis: axis(spec.across, colours, "right", "top"),
    yAxis: axis(spec.up, colours, "left", "bottom"),
    series: [...clouds, marks],
  };
}

export function pointTooltip(entry) {
  return entry.seriesId === "marks" ? entry.name : "";
}

function axis(name, colours, align, verticalAlign) {
  const lineStyle = { color: colours.faint };
  return {
    type: "value",
    scale: true,
    name,
    nameLocation: "end",
    nameGap: 8,
    nameTextStyle: { color: colours.faint, fontSize: 12, align, verticalAlign, padding: [6, 0] },
    axisLabel: { show: false },
    axisTick: { show: false },
    axisLine: { show: true, onZero: false, lineStyle, symbol: ["none", "arrow"], symbolSize: [6, 8] },
    splitLine: { lineStyle: { color: colours.line } },
  };
}
