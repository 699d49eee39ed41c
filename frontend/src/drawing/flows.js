// Streams between two sides of groups: as wide as they are many.
export function flows(spec, colours, width) {
  const narrow = width < 480;
  const colour = (group) => (group.hue == null ? colours.faint : colours.series[group.hue]);
  const sum = (side, place) =>
    spec.moves.reduce((total, move) => total + (move[side] === place ? move[2] : 0), 0);
  const nodes = spec.sides.flatMap((groups, side) =>
    groups.map((group, place) => ({
      name: `${side}-${place}`,
      depth: side,
      itemStyle: { color: colour(group) },
      label: {
        position: side ? "left" : "right",
        formatter: () => `${group.name}  ${sum(side, place).toLocaleString("en")}`,
      },
    })),
  );
  return {
    type: "sankey",
    left: 0,
    right: 0,
    top: 12, // half a line above the uppermost label
    bottom: 8,
    nodeWidth: 10,
    nodeGap: narrow ? 14 : 18,
    layoutIterations: 0,
    draggable: false,
    emphasis: { focus: "adjacency" },
    label: { color: colours.ink, fontSize: 12, textBorderColor: colours.card, textBorderWidth: 3 },
    lineStyle: { color: "source", opacity: 0.28, curveness: 0.5 },
    data: nodes.filter((node) => {
      const [side, place] = node.name.split("-").map(Number);
      return sum(side, place) > 0;
    }),
    links: spec.moves.map(([from, to, value]) => ({
      source: `0-${from}`,
      target: `1-${to}`,
      value,
    })),
  };
}

export function flowTooltip(spec) {
  return (entry) => {
    if (entry.dataType !== "edge") return "";
    const [from, to] = [entry.data.source, entry.data.target].map((id) => Number(id.split("-")[1]));
    const count = entry.data.value.toLocaleString("en");
    return `${spec.sides[0][from].name} → ${spec.sides[1][to].name}  ${count}`;
  };
}
