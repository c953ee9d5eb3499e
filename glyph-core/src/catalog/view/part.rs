//! What the fields of a catalog are: metrics, and nested catalogs.

use super::super::{AnyCatalog, Catalog};
use crate::{
    label::LabelSet,
    metric::{Counter, Gauge, Histogram, Metric},
};
use sealed::Field;

/// A field of a catalog: a metric or a nested catalog.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a field of a catalog",
    label = "expected a metric or a nested catalog",
    note = "return a field: `|metrics| &metrics.requests`"
)]
pub trait CatalogField: Field + 'static {}

impl<L: 'static> CatalogField for Counter<L> {}
impl<L: 'static> CatalogField for Gauge<L> {}
impl<L: 'static, V: 'static> CatalogField for Histogram<L, V> {}
impl<C: Catalog> CatalogField for C {}

/// A metric whose series add up: a counter or a histogram with labels.
#[diagnostic::on_unimplemented(
    message = "a view cannot leave out a label of `{Self}` here",
    label = "expected a counter or a histogram with labels",
    note = "for a gauge, write `without_gauge_label(.., GaugeMerge::Sum)`: its series do not always add up"
)]
pub trait AddedUp: CatalogField {
    /// The label set.
    type Labels: LabelSet;
}

#[diagnostic::do_not_recommend]
impl<L: LabelSet + 'static> AddedUp for Counter<L> {
    type Labels = L;
}

#[diagnostic::do_not_recommend]
impl<L: LabelSet + 'static, V: 'static> AddedUp for Histogram<L, V> {
    type Labels = L;
}

/// A field, by the metrics that it has.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    Metric(&'static Metric),
    Catalog(&'static dyn AnyCatalog),
}

mod sealed {
    use super::{Catalog, Counter, Gauge, Histogram, Part};

    pub trait Field {
        fn part(&'static self) -> Part;
    }

    impl<L: 'static> Field for Counter<L> {
        fn part(&'static self) -> Part {
            Part::Metric(self.metric())
        }
    }

    impl<L: 'static> Field for Gauge<L> {
        fn part(&'static self) -> Part {
            Part::Metric(self.metric())
        }
    }

    impl<L: 'static, V: 'static> Field for Histogram<L, V> {
        fn part(&'static self) -> Part {
            Part::Metric(self.metric())
        }
    }

    impl<C: Catalog> Field for C {
        fn part(&'static self) -> Part {
            Part::Catalog(self)
        }
    }
}
