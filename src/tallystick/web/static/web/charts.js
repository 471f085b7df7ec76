// Draws the charts of a page from what their figures carry. The table beside each says the same; once the picture is
// drawn, the table is folded, and unfolded for print.
(() => {
  "use strict";
  const drawn = new Map();
  const ours = ["#206bc4", "#f59f00", "#2fb344", "#d6336c", "#7048e8", "#868e96"];

  function optionsOf(figure, dark) {
    const spec = JSON.parse(figure.dataset.chart);
    const style = getComputedStyle(document.body);
    const ink = dark ? "#dce1e7" : "#182433"; // the page's own are mixtures that a canvas cannot read
    const lines = dark ? "#3a4859" : "#dce1e7";
    const shown = (value) => Number(value).toLocaleString("en", { minimumFractionDigits: spec.places, maximumFractionDigits: spec.places });
    const short = (value) => Intl.NumberFormat("en", { notation: "compact" }).format(value);
    const labels = { type: "category", data: spec.labels, inverse: spec.across, axisLine: { lineStyle: { color: lines } }, axisTick: { show: false },
      axisLabel: { color: ink, hideOverlap: true, ...(spec.across ? { width: 130, overflow: "truncate" } : {}) } };
    const values = { type: "value", axisLabel: { color: ink, formatter: short }, splitLine: { lineStyle: { color: lines } } };
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      color: ours,
      textStyle: { color: ink, fontFamily: style.fontFamily },
      grid: { left: 8, right: 16, top: spec.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
      legend: { show: spec.series.length > 1, top: 0, textStyle: { color: ink } },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: shown, axisPointer: { type: "shadow" } },
      xAxis: spec.across ? values : labels,
      yAxis: spec.across ? labels : values,
      series: spec.series.map((one) => ({ name: one.name, type: one.kind, data: one.values, barMaxWidth: 28, symbolSize: 6, step: one.kind === "line" ? "end" : false })),
    };
  }

  function draw(figure) {
    const picture = figure.querySelector(".chart-picture");
    const dark = document.documentElement.dataset.bsTheme === "dark";
    picture.hidden = false;
    drawn.get(figure)?.dispose();
    const chart = echarts.init(picture, null, { renderer: "canvas" });
    chart.setOption(optionsOf(figure, dark));
    drawn.set(figure, chart);
  }

  // What htmx brings later is drawn when it is there; what it took away is let go.
  function drawNew() {
    if (!window.echarts) return;
    drawn.forEach((chart, figure) => {
      if (!figure.isConnected) {
        chart.dispose();
        drawn.delete(figure);
      }
    });
    document.querySelectorAll("[data-chart]").forEach((figure) => {
      if (drawn.has(figure)) return;
      draw(figure);
      figure.querySelector("details").open = false;
    });
  }

  drawNew();
  document.addEventListener("htmx:afterSettle", drawNew);
  addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  new MutationObserver(() => drawn.forEach((_, figure) => draw(figure))).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll(".chart-table:not([open])")];
    folded.forEach((table) => (table.open = true));
  });
  addEventListener("afterprint", () => folded.forEach((table) => (table.open = false)));
})();
