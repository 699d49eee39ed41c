// The shapes: a line, the band around it, bars from zero, a dot with its interval.

export function line(series, place, colour) {
  return {
    id: `main-${place}`,
    name: series.name,
    type: "line",
    data: series.values,
    symbol: "none",
    itemStyle: { color: colour },
    lineStyle: { width: 2, color: colour, type: series.dashed ? [5, 4] : "solid" },
  };
}

// ECharts has no band: an unseen line at the foot, and the height stacked on it.
export function band(series, place, colour) {
  const shared = {
    type: "line",
    stack: `band-${place}`,
    stackStrategy: "all",
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
  };
  const height = series.low.map((low, at) => (low == null ? null : series.high[at] - low));
  return [
    { ...shared, id: `foot-${place}`, data: series.low },
    { ...shared, id: `band-${place}`, data: height, areaStyle: { color: colour, opacity: 0.18 } },
  ];
}

export function bars(series, place, colour, spec) {
  return {
    id: `main-${place}`,
    name: series.name,
    type: "bar",
    stack: spec.stacked ? "all" : undefined,
    data: series.values,
    barMaxWidth: 28,
    itemStyle: { color: colour, borderRadius: spec.across ? [0, 3, 3, 0] : [3, 3, 0, 0] },
  };
}

export function dots(series, place, colour) {
  const whiskers = {
    id: `span-${place}`,
    type: "custom",
    silent: true,
    encode: { x: [1, 2], y: 0 },
    data: series.low?.map((low, at) => [at, low, series.high[at]]) ?? [],
    renderItem: (params, api) => {
      const [from, y] = api.coord([api.value(1), api.value(0)]);
      const [to] = api.coord([api.value(2), api.value(0)]);
      const shape = { x1: from, y1: y, x2: to, y2: y };
      return { type: "line", shape, style: { stroke: colour, lineWidth: 2, opacity: 0.5 } };
    },
  };
  const middle = {
    id: `main-${place}`,
    name: series.name,
    type: "scatter",
    symbolSize: 10,
    itemStyle: { color: colour, opacity: 1 },
    data: series.values.map((value, at) => [value, at]),
  };
  return [whiskers, middle];
}
