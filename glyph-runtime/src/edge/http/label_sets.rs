//! Label sets of a method, an open label and a closed one.

/// Declares the label set of the method and an open label, and one for each further label.
macro_rules! label_sets {
    (
        #[doc = $doc:literal]
        $base:ident,
        #[doc = $open_doc:literal]
        #[$open_attribute:meta]
        $open:ident;
        $(
            #[doc = $set_doc:literal]
            $set:ident,
            #[doc = $label_doc:literal]
            #[$attribute:meta]
            $label:ident: $value:ty;
        )*
    ) => {
        #[doc = $doc]
        #[derive(LabelSet)]
        #[label(crate = crate)]
        pub struct $base<'a> {
            /// The method.
            #[label(name = "http_request_method")]
            pub method: Method,
            #[doc = $open_doc]
            #[$open_attribute]
            pub $open: &'a str,
        }
        $(
            #[doc = $set_doc]
            #[derive(LabelSet)]
            #[label(crate = crate)]
            pub struct $set<'a> {
                /// The method.
                #[label(name = "http_request_method")]
                pub method: Method,
                #[doc = $open_doc]
                #[$open_attribute]
                pub $open: &'a str,
                #[doc = $label_doc]
                #[$attribute]
                pub $label: $value,
            }
        )*
    };
}

pub(super) use label_sets;
