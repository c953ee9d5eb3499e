// Draws the panels of a dashboard. `window.drawn` has the dashboard, its results and the time range.

import React from 'react';
import { createRoot } from 'react-dom/client';
import {
  FieldType, ThemeContext, applyFieldOverrides, createTheme, getDisplayProcessor, toDataFrame,
} from '@grafana/data';
import { BigValue, GlobalStyles, PanelChrome, TimeSeries } from '@grafana/ui';

// The size of a column and of a grid row, in pixels.
const COLUMN = 50;
const LINE = 36;
const GAP = 8;

const theme = createTheme({ colors: { mode: 'light' } });
const { dashboard, results, from, to } = window.drawn;

// The time range, with the methods of moment that the components call.
function time(milliseconds) {
  return { valueOf: () => milliseconds, unix: () => milliseconds / 1000, isValid: () => true };
}
const range = { from: time(from), to: time(to), raw: { from: 'now-15m', to: 'now' } };

function frames(panel, series) {
  const config = panel.fieldConfig.defaults;
  const data = series.map(({ name, times, values }) =>
    toDataFrame({
      fields: [
        { name: 'Time', type: FieldType.time, values: times, config: {} },
        { name: 'Value', type: FieldType.number, values, config: { ...config, displayNameFromDS: name } },
      ],
    }),
  );
  const fieldConfig = { defaults: {}, overrides: [] };
  const replaceVariables = (text) => text;
  return applyFieldOverrides({ data, fieldConfig, replaceVariables, theme, timeZone: 'utc' });
}

// Single numbers, each with its graph.
function Stat({ panel, series, width, height }) {
  const share = height / Math.max(series.length, 1);
  return frames(panel, series).map((frame, index) => {
    const field = frame.fields[1];
    const value = getDisplayProcessor({ field, theme })(field.values.at(-1));
    const text = series.length > 1 ? 'value_and_name' : 'value';
    const title = series[index].name;
    return (
      <BigValue
        key={title}
        width={width}
        height={share}
        theme={theme}
        value={{ ...value, title }}
        textMode={text}
        colorMode="value"
        graphMode="area"
        justifyMode="auto"
        sparkline={{ x: frame.fields[0], y: field }}
      />
    );
  });
}

function Lines({ panel, series, width, height }) {
  const legend = { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] };
  const unchanged = (config) => config;
  return (
    <TimeSeries
      width={width}
      height={height}
      frames={frames(panel, series)}
      timeRange={range}
      timeZone="utc"
      legend={legend}
      options={{}}
      tweakScale={unchanged}
      tweakAxis={unchanged}
    />
  );
}

// Grafana publishes no component for heat maps, so this one is not Grafana's.
function HeatMap({ panel, series, width, height }) {
  const bounds = series.map(({ name }) => Number(name.replace('+Inf', 'Infinity')));
  const order = bounds.map((_, index) => index).sort((left, right) => bounds[left] - bounds[right]);
  const at = (index, time) => series[index].values[series[index].times.indexOf(time)] ?? 0;
  const times = [...new Set(series.flatMap(({ times }) => times))].sort();
  const cells = order.flatMap((index, level) =>
    times.map((time) => {
      const below = level > 0 ? at(order[level - 1], time) : 0;
      return { level, time, count: at(index, time) - below };
    }),
  );
  const most = Math.max(1e-9, ...cells.map(({ count }) => count));
  const [left, bottom] = [60, 20];
  const [w, h] = [(width - left) / times.length, (height - bottom) / order.length];
  const display = getDisplayProcessor({ field: { type: FieldType.number, config: panel.fieldConfig.defaults }, theme });
  const bound = (index) => (Number.isFinite(bounds[index]) ? display(bounds[index]) : { text: '∞' });
  return (
    <svg width={width} height={height} fontSize="12">
      {order.map((index, level) => (
        <text key={index} x={left - 4} y={height - bottom - level * h - h / 4} textAnchor="end">
          {bound(index).text}
          {bound(index).suffix}
        </text>
      ))}
      {cells.filter(({ count }) => count > 1e-9).map(({ level, time, count }) => (
        <rect
          key={`${level} ${time}`}
          x={left + times.indexOf(time) * w}
          y={height - bottom - (level + 1) * h}
          width={w}
          height={h - 1}
          fill="#e0752d"
          fillOpacity={Math.sqrt(count / most)}
        />
      ))}
    </svg>
  );
}

const FORMS = { stat: Stat, gauge: Stat, timeseries: Lines, heatmap: HeatMap };

function Panel({ panel }) {
  const { x, y, w, h } = panel.gridPos;
  const [width, height] = [w * COLUMN - GAP, h * LINE - GAP];
  const Form = FORMS[panel.type];
  const series = results[panel.id] ?? [];
  const content = (width, height) =>
    series.length ? <Form panel={panel} series={series} width={width} height={height} /> : <p>No data</p>;
  return (
    <div style={{ position: 'absolute', left: x * COLUMN + GAP, top: y * LINE, width, height }}>
      <PanelChrome title={panel.title} width={width} height={height}>
        {content}
      </PanelChrome>
    </div>
  );
}

function Row({ row }) {
  return <h4 style={{ position: 'absolute', left: GAP, top: row.gridPos.y * LINE + GAP }}>{row.title}</h4>;
}

const panels = dashboard.panels.map((panel) =>
  panel.type === 'row' ? <Row key={panel.id} row={panel} /> : <Panel key={panel.id} panel={panel} />,
);
const root = createRoot(document.getElementById('root'));
root.render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    {panels}
  </ThemeContext.Provider>,
);
