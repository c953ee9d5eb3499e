//! The called method.

use std::{collections::HashSet, fmt};

use ::http::Extensions;
use tonic::GrpcMethod;

/// The label value of methods that do not exist (OpenTelemetry semantic conventions, `rpc.method`).
pub const OTHER: &str = "_OTHER";

/// The system, and the span name of methods that do not exist (OpenTelemetry semantic conventions,
/// "RPC spans", "Name").
pub(super) const SYSTEM: &str = "grpc";

/// The longest path of a method.
const LONGEST: usize = 256;

/// `package.Service/Method`, or `None` for a method that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Method {
    name: Option<Box<str>>,
    /// Whether the program named it, so that the response does not matter.
    certain: bool,
}

/// The methods that exist, if the program listed them.
#[derive(Clone, Debug, Default)]
pub(super) struct Methods(Option<HashSet<Box<str>>>);

impl Methods {
    pub(super) fn extend<M: Into<String>>(&mut self, methods: impl IntoIterator<Item = M>) {
        let methods = methods.into_iter().map(|method| {
            let method = method.into();
            method.strip_prefix('/').unwrap_or(&method).into()
        });
        self.0.get_or_insert_default().extend(methods);
    }

    /// Returns the method that a request with this path calls.
    pub(super) fn called(&self, path: &str) -> Method {
        let name = parse(path);
        let (name, certain) = match &self.0 {
            Some(methods) => (name.filter(|name| methods.contains(*name)), true),
            None => (name, name.is_none()),
        };
        let name = name.map(Into::into);
        Method { name, certain }
    }

    /// Returns the method that a generated client names, or else [`called`](Self::called).
    pub(super) fn of_client(&self, path: &str, extensions: &Extensions) -> Method {
        let generated = extensions.get::<GrpcMethod<'static>>();
        match generated {
            Some(method) => Method {
                name: Some(format!("{}/{}", method.service(), method.method()).into()),
                certain: true,
            },
            None => self.called(path),
        }
    }
}

impl Method {
    /// The other side does not have the method. Ignored if the program named it.
    pub(super) fn is_unimplemented(&mut self) {
        if !self.certain {
            self.name = None;
        }
    }

    pub(super) const fn is_certain(&self) -> bool {
        self.certain
    }

    pub(super) const fn is_known(&self) -> bool {
        self.name.is_some()
    }

    /// `package.Service/Method`
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(OTHER)
    }

    /// `package.Service`
    pub(super) fn service(&self) -> &str {
        self.parts().0
    }

    /// `Method`
    pub(super) fn method(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (&str, &str) {
        let name = self.name.as_deref();
        let parts = name.and_then(|name| name.split_once('/'));
        parts.unwrap_or((OTHER, OTHER))
    }

    pub(super) fn span_name(&self) -> &str {
        self.name.as_deref().unwrap_or(SYSTEM)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// gRPC over HTTP/2, "Requests": `"/" Service-Name "/" {method name}`, of which the names are
/// protobuf's.
fn parse(path: &str) -> Option<&str> {
    let name = path.strip_prefix('/')?;
    let (service, method) = name.split_once('/')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let are_names = [service, method]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(is_name));
    (are_names && name.len() <= LONGEST).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Methods, OTHER};

    #[test]
    fn invalid_paths_share_one_label_value() {
        let methods = Methods::default();
        assert_eq!(
            methods.called("/shop.Stock/Reserve").name(),
            "shop.Stock/Reserve"
        );
        assert_eq!(
            methods.called("/shop.Stock/Reserve").service(),
            "shop.Stock"
        );
        let long = format!("/shop.Stock/{}", "x".repeat(300));
        for path in [
            "",
            "/",
            "/a",
            "/a/",
            "//a",
            "/a/b/c",
            "a/b",
            "/a/b%20c",
            "/a/b\u{e4}",
            &long,
        ] {
            assert_eq!(methods.called(path).name(), OTHER, "{path}");
        }
    }

    #[test]
    fn undeclared_methods_share_one_label_value() {
        let mut methods = Methods::default();
        methods.extend(["/shop.Stock/Reserve"]);
        let mut reserve = methods.called("/shop.Stock/Reserve");
        reserve.is_unimplemented();
        assert_eq!(reserve.name(), "shop.Stock/Reserve");
        assert_eq!(methods.called("/shop.Stock/Other").name(), OTHER);
    }
}
