//! What ties a catalog's stages to its cells.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{
    expand::{labels_of, line, of_metric, open_of},
    field::Metric,
    model::Catalog,
    stage::{Binding, Stage, StageLabel},
};
use crate::{diagnostic::Place, runtime_path::option};

pub(super) fn implementations(catalog: &Catalog, rt: &TokenStream) -> TokenStream {
    let Some(module) = &catalog.stage_module else {
        return TokenStream::new();
    };
    let stages = catalog.stages.iter().enumerate();
    stages
        .map(|(index, stage)| {
            let expansion = Expansion {
                catalog,
                stage,
                index,
                rt,
            };
            let consts = expansion.consts();
            let implementation = expansion.implementation(module);
            quote!(#consts #implementation)
        })
        .collect()
}

pub(super) fn descriptors(catalog: &Catalog, rt: &TokenStream) -> Vec<TokenStream> {
    let stages = catalog.stages.iter().enumerate();
    stages
        .map(|(index, stage)| {
            Expansion {
                catalog,
                stage,
                index,
                rt,
            }
            .descriptor()
        })
        .collect()
}

/// What a metric is to a stage.
#[derive(Clone, Copy)]
enum Role {
    Duration,
    Requests,
    Errors,
    InFlight,
    FirstItem,
    BetweenItems,
    Items,
}

const ROLES: [Role; 7] = [
    Role::Duration,
    Role::Requests,
    Role::Errors,
    Role::InFlight,
    Role::FirstItem,
    Role::BetweenItems,
    Role::Items,
];

impl Role {
    fn field(self) -> Ident {
        match self {
            Self::Duration => format_ident!("duration"),
            Self::Requests => format_ident!("requests"),
            Self::Errors => format_ident!("errors"),
            Self::InFlight => format_ident!("in_flight"),
            Self::FirstItem => format_ident!("first_item"),
            Self::BetweenItems => format_ident!("between_items"),
            Self::Items => format_ident!("items"),
        }
    }

    fn of(self, stage: &Stage) -> Option<&Binding> {
        match self {
            Self::Duration => stage.duration.as_ref(),
            Self::Requests => stage.requests.as_ref(),
            Self::Errors => stage.errors.as_ref(),
            Self::InFlight => stage.in_flight.as_ref(),
            Self::FirstItem => stage.first_item.as_ref(),
            Self::BetweenItems => stage.between_items.as_ref(),
            Self::Items => stage.items.as_ref(),
        }
    }
}

/// One stage, and what its expansion refers to.
struct Expansion<'model> {
    catalog: &'model Catalog,
    stage: &'model Stage,
    index: usize,
    rt: &'model TokenStream,
}

impl Expansion<'_> {
    fn of_stage(&self, what: &str) -> Ident {
        of_metric(&format!("STAGE_{what}"), self.index)
    }

    fn given(&self, label: usize) -> Ident {
        format_ident!("__GLYPH_GIVEN_{}_{}", self.index, label)
    }

    fn places(&self, role: Role) -> Ident {
        let what = format!("{}_PLACES", role.field().to_string().to_uppercase());
        self.of_stage(&what)
    }

    /// The metrics with labels that the stage fills.
    fn labelled(&self) -> impl Iterator<Item = (Role, &Binding, &Metric)> {
        ROLES.into_iter().filter_map(|role| {
            let binding = role.of(self.stage)?;
            let metric = self.catalog.metrics.get(binding.metric)?;
            metric.labels.is_some().then_some((role, binding, metric))
        })
    }

    fn consts(&self) -> TokenStream {
        let rt = self.rt;
        let labels = &self.stage.labels;
        let (name, count) = (self.of_stage("LABELS"), labels.len());
        let described = labels.iter().map(|label| stage_label(label, rt));
        let given = labels.iter().enumerate().filter_map(|(index, label)| {
            let (name, ty, value) = (self.given(index), &label.static_ty, label.given.as_ref()?);
            Some(quote!(const #name: #ty = #value;))
        });
        let places = self
            .labelled()
            .map(|(role, binding, metric)| self.places_consts(role, binding, metric));
        quote! {
            const #name: [#rt::StageLabel; #count] = [#(#described),*];
            #(#given)*
            #(#places)*
        }
    }

    /// Where the stage's labels go in the rows of one metric, and the check that they fill them.
    fn places_consts(&self, role: Role, binding: &Binding, metric: &Metric) -> TokenStream {
        let rt = self.rt;
        let (name, given, count) = (
            self.places(role),
            self.of_stage("LABELS"),
            self.stage.labels.len(),
        );
        let labels = labels_of(binding.metric, metric);
        let place = Place::of(&binding.place);
        let (stage, field) = (self.stage.ident.to_string(), metric.field());
        let checked = place.start(quote!(#rt::stage_places::<#count, { #labels.len() }>));
        let arguments = place.end(quote!((#stage, #field, #labels, &#given)));
        let gauge = matches!(role, Role::InFlight).then(|| {
            let function = place.start(quote!(#rt::check_gauge_labels));
            let arguments = place.end(quote!((#field, #labels)));
            quote!(const _: () = #function #arguments;)
        });
        quote! {
            const #name: [#rt::Place; #count] =
                #rt::stage_places_or_stub::<#count, { #labels.len() }>(#labels, &#given);
            const _: [#rt::Place; #count] = #checked #arguments;
            #gauge
        }
    }

    fn implementation(&self, module: &Ident) -> TokenStream {
        let (rt, ident) = (self.rt, &self.stage.ident);
        let name = ident.to_string();
        let lifetime = self.stage.borrows().then(|| quote!(<'_>));
        let (cells, body) = self.cells();
        let rows = self.rows();
        let (span, describes) = self.describe();
        quote! {
            #cells
            #[automatically_derived]
            impl #rt::Stage for #module::#ident #lifetime {
                const NAME: &'static #rt::core::primitive::str = #name;
                #[inline]
                fn cells() -> &'static #rt::StageCells {
                    #body
                }
                #[inline]
                fn rows(&self) -> #rt::Rows {
                    #rows
                }
                fn describe(&self, #span: &#rt::tracing::Span) {
                    #(#describes)*
                }
            }
        }
    }

    /// The static with the bound metrics, and the expression that refers to it.
    fn cells(&self) -> (Option<TokenStream>, TokenStream) {
        let rt = self.rt;
        let name = self.of_stage("CELLS");
        let Some(duration) = &self.stage.duration else {
            return (None, quote!(loop {}));
        };
        let bound = |binding: &Binding| {
            let index = binding.metric;
            quote!(#rt::Bound::new(&__GLYPH_CELLS[#index]))
        };
        let optional = |role: Role| {
            let field = role.field();
            let value = option(rt, role.of(self.stage).map(bound));
            quote!(#field: #value)
        };
        let duration = bound(duration);
        let others = ROLES.into_iter().skip(1).map(optional);
        let cells = quote! {
            static #name: #rt::StageCells = #rt::StageCells { duration: #duration, #(#others),* };
        };
        (Some(cells), quote!(&#name))
    }

    fn rows(&self) -> TokenStream {
        let rt = self.rt;
        let rows = ROLES.into_iter().map(|role| {
            let field = role.field();
            let found = self.labelled().find(|(of, ..)| of.field() == field);
            let row = match found {
                Some((_, binding, metric)) if !self.stage.labels.is_empty() => {
                    self.row(role, binding, metric)
                }
                _ => quote!(0),
            };
            quote!(#field: #row)
        });
        quote!(#rt::Rows { #(#rows),* })
    }

    fn row(&self, role: Role, binding: &Binding, metric: &Metric) -> TokenStream {
        let (rt, places) = (self.rt, self.places(role));
        let open = open_of(binding.metric, metric);
        let labels = self.stage.labels.iter().enumerate();
        let terms = labels.map(|(index, label)| {
            let value = self.value(index, label);
            quote!(#rt::Place::row(&#places[#index], #value, #open))
        });
        quote!(#(#terms)+*)
    }

    /// A reference to a label's value.
    fn value(&self, index: usize, label: &StageLabel) -> TokenStream {
        if label.given.is_some() {
            let given = self.given(index);
            return quote!(&#given);
        }
        let ident = &label.ident;
        quote!(&self.#ident)
    }

    fn describe(&self) -> (Ident, Vec<TokenStream>) {
        let rt = self.rt;
        let labels = self.stage.labels.iter().enumerate();
        let describes: Vec<_> = labels
            .map(|(index, label)| {
                let (name, value) = (&label.name, self.value(index, label));
                quote!(#rt::describe(span, #name, #value);)
            })
            .collect();
        let span = if describes.is_empty() {
            format_ident!("_")
        } else {
            format_ident!("span")
        };
        (span, describes)
    }

    fn descriptor(&self) -> TokenStream {
        let rt = self.rt;
        let name = self.stage.ident.to_string();
        let labels = self.of_stage("LABELS");
        let family = |role: Role| {
            let metric = self.catalog.metrics.get(role.of(self.stage)?.metric)?;
            Some(metric.name.family.as_str())
        };
        let duration = family(Role::Duration).unwrap_or_default();
        let others = [Role::Requests, Role::Errors, Role::InFlight].map(|role| {
            let field = role.field();
            let family = option(rt, family(role).map(ToTokens::to_token_stream));
            quote!(#field: #family)
        });
        let line = line(self.stage.line);
        quote! {
            #rt::StageDescriptor {
                name: #name,
                labels: &#labels,
                duration: #duration,
                #(#others,)*
                file: #rt::core::file!(),
                line: #line,
            }
        }
    }
}

fn stage_label(label: &StageLabel, rt: &TokenStream) -> TokenStream {
    let StageLabel {
        name,
        static_ty,
        given,
        ..
    } = label;
    let given = given.is_some();
    quote! {
        #rt::StageLabel {
            name: #name,
            values: <#static_ty as #rt::Label>::VALUES,
            given: #given,
        }
    }
}
