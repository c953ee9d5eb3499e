//! The fields of a call's span.

/// Opens a span with these fields in the current context. A value that is absent is not recorded. No
/// expression is evaluated for a span whose fields are not kept.
macro_rules! call_span {
    (
        $target:literal,
        $name:literal,
        { $(let $pattern:pat = $part:expr;)* $($field:literal = $value:expr,)+ }
    ) => {{
        static SITE: glyph_core::__runtime::SpanCallsite = glyph_core::__runtime::SpanCallsite::new(
            &SITE,
            [&[], &[$($field),+]],
            [$name, $target, module_path!(), file!(), ""],
            line!(),
            tracing::Level::INFO,
            glyph_core::__runtime::SourceCrate::of_module(
                module_path!(),
                Some(env!("CARGO_PKG_VERSION")),
            ),
        );
        glyph_core::__runtime::open_here(&SITE, |open| {
            $(let $pattern = $part;)*
            open(&[$(glyph_core::__runtime::value(&$value)),+]);
        })
    }};
}

/// Records fields on an open span, all at once: each record looks up the span and takes its lock.
macro_rules! record {
    ($span:expr, { $($field:literal = $value:expr,)+ }) => {
        $span.record(&[$(($field, glyph_core::__runtime::value(&$value))),+])
    };
}

pub(crate) use {call_span, record};
