//! The method that is called.

use std::{collections::HashSet, fmt};

use ::http::Extensions;
use tonic::GrpcMethod;

/// What stands for a method that is none (OpenTelemetry semantic conventions, `rpc.method`).
pub const OTHER: &str = "_OTHER";

/// What a span is called whose method is none (OpenTelemetry semantic conventions, "RPC spans", "Name").
pub(super) const SYSTEM: &str = "grpc";

/// The longest path that is taken for a method's.
const LONGEST: usize = 256;

/// `package.Service/Method`, or nothing where it is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Method {
    name: Option<Box<str>>,
    /// Whether it is the program's own, whatever the answer.
    certain: bool,
}

/// The methods that there are, where somebody has said so.
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

    /// The method that a request with this path calls.
    pub(super) fn called(&self, path: &str) -> Method {
        let name = parse(path);
        let (name, certain) = match &self.0 {
            Some(methods) => (name.filter(|name| methods.contains(*name)), true),
            None => (name, name.is_none()),
        };
        let name = name.map(Into::into);
        Method { name, certain }
    }

    /// [`called`](Self::called), or what a generated client says.
    pub(super) fn calling(&self, path: &str, extensions: &Extensions) -> Method {
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
    /// What the other side does not have is none, unless the program says that it is one.
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

/// gRPC over HTTP/2, "Requests": `"/" Service-Name "/" {method name}`, of which the names are protobuf's.
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
    fn paths_that_are_no_method_are_one() {
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
    fn declared_methods_are_the_only_ones() {
        let mut methods = Methods::default();
        methods.extend(["/shop.Stock/Reserve"]);
        let mut reserve = methods.called("/shop.Stock/Reserve");
        reserve.is_unimplemented();
        assert_eq!(reserve.name(), "shop.Stock/Reserve");
        assert_eq!(methods.called("/shop.Stock/Other").name(), OTHER);
    }
}
