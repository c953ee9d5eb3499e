// Draws the panels of a dashboard. `window.drawn` has the dashboard, its results and the time range.

import React from 'react';
import { createRoot } from 'react-dom/client';
import {
  FieldType, ThemeContext, applyFieldOverrides, createTheme, getDisplayProcessor, getFieldDisplayValues, toDataFrame,
} from '@grafana/data';
import { BigValue, GlobalStyles, PanelChrome, TimeSeries } from '@grafana/ui';

// The size of a column and of a grid row, in pixels.
const COLUMN = 50;
const LINE = 36;
const GAP = 8;

const timeZone = 'utc';
const replaceVariables = (text) => text;
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
  return applyFieldOverrides({ data, fieldConfig, replaceVariables, theme, timeZone });
}

// Single numbers, each with its graph.
function Stat({ panel, series, width, height }) {
  const { reduceOptions, colorMode, graphMode, justifyMode } = panel.options;
  const fieldConfig = { defaults: panel.fieldConfig.defaults, overrides: [] };
  const data = frames(panel, series);
  const values = getFieldDisplayValues({
    data, fieldConfig, reduceOptions, replaceVariables, theme, timeZone, sparkline: true,
  });
  return values.map(({ display, sparkline }, index) => (
    <BigValue
      key={index}
      width={width}
      height={height / values.length}
      theme={theme}
      value={{ ...display, title: series[index].name }}
      textMode={values.length > 1 ? 'value_and_name' : 'value'}
      colorMode={colorMode}
      graphMode={graphMode}
      justifyMode={justifyMode}
      sparkline={sparkline}
    />
  ));
}

function Lines({ panel, series, width, height }) {
  const unchanged = (config) => config;
  return (
    <TimeSeries
      width={width}
      height={height}
      frames={frames(panel, series)}
      timeRange={range}
      timeZone={timeZone}
      legend={panel.options.legend}
      options={panel.options}
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

const EMPTY = { lineHeight: '200px', textAlign: 'center' };

const FORMS = { stat: Stat, gauge: Stat, timeseries: Lines, heatmap: HeatMap };

function Panel({ panel }) {
  const { x, y, w, h } = panel.gridPos;
  const [width, height] = [w * COLUMN - GAP, h * LINE - GAP];
  const Form = FORMS[panel.type];
  const series = results[panel.id] ?? [];
  const content = (width, height) =>
    series.length ? <Form panel={panel} series={series} width={width} height={height} /> : <p style={EMPTY}>No data</p>;
  return (
    <div style={{ position: 'absolute', left: x * COLUMN + GAP, top: y * LINE, width, height }}>
      <PanelChrome title={panel.title} width={width} height={height}>
        {content}
      </PanelChrome>
    </div>
  );
}

function Row({ row }) {
  const closed = row.collapsed ? ` (${row.panels.length} panels)` : '';
  return (
    <h4 style={{ position: 'absolute', left: GAP, top: row.gridPos.y * LINE + GAP }}>
      {row.title}
      {closed}
    </h4>
  );
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
