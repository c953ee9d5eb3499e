// The types of Grafana's packages as they are in JSON: an enum is its value.

import type { Dashboard as AnyDashboard } from "@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen";
import type { Options as GaugeOptions } from "@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen";
import type { Options as HeatmapOptions } from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type { Options as StatOptions } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type { FieldConfig, Options as TimeSeriesOptions } from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";

export type Wire<T> = T extends string
  ? string extends T ? string : `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends (infer Item)[] ? Wire<Item>[]
  : T extends object ? { [Key in keyof T]: Wire<T[Key]> }
  : T;

// What Prometheus's data source reads of an annotation; the packages leave that to each data source.
type PrometheusAnnotation = {
  expr?: string;
  step?: string;
  tagKeys?: string;
  textFormat?: string;
  titleFormat?: string;
  useValueForTime?: boolean;
};

type Annotations = NonNullable<NonNullable<Wire<AnyDashboard>["annotations"]>["list"]>;

export type Dashboard = Omit<Wire<AnyDashboard>, "annotations"> & {
  annotations: { list: (Annotations[number] & PrometheusAnnotation)[] };
};
export type gauge = Wire<GaugeOptions>;
export type heatmap = Wire<Partial<HeatmapOptions>>;
export type stat = Wire<Partial<StatOptions>>;
export type timeseries = Wire<TimeSeriesOptions>;
export type Lines = Wire<FieldConfig>;
export type Query = Omit<Wire<Dataquery>, "_implementsDataqueryVariant">;
