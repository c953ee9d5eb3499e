//! The settings that gRPC servers and clients have.

use super::{Grpc, ids::IdNames, method::Methods};
use crate::{
    edge::{CallLayer, Endpoint},
    log::CarriedIdError,
};

/// The settings that gRPC servers and clients have.
#[derive(Clone, Debug, Default)]
pub struct GrpcSettings {
    pub(super) methods: Methods,
    pub(super) ids: IdNames,
}

impl<E: Endpoint<Protocol = Grpc>> CallLayer<E> {
    /// Adds the methods that exist, each `package.Service/Method`. All others are
    /// [`OTHER`](crate::grpc::OTHER). Default: every method that is called.
    ///
    /// Without it, a method exists unless the response is `UNIMPLEMENTED` without any message.
    ///
    /// A server needs the list if something responds before the method is looked up, such as an
    /// interceptor that denies access. Otherwise untrusted clients choose the names that get the
    /// 128 series. A client needs it if it is a proxy whose clients choose the method. Clients that
    /// tonic generates name their methods and do not need it.
    #[must_use]
    pub fn methods<M: Into<String>>(self, methods: impl IntoIterator<Item = M>) -> Self {
        self.with_protocol(|settings| settings.methods.extend(methods))
    }

    /// Sets the names of the ids that calls carry in addition to their request id: see
    /// [`CarriedIds`](crate::log::CarriedIds). Default: none.
    ///
    /// On a server, the value is the program's if it has one where the call arrives, or else that
    /// of the metadata of the same name, or else that of the baggage. It is on the span of the call
    /// and on all log lines. The service below finds it in `CarriedIds` and in the metadata, where
    /// it replaces what the client sent. Metadata and baggage are chosen by the client: accept ids
    /// only from trusted clients.
    ///
    /// On a client, the value is that of the current `CarriedIds`, or else that of the baggage. It
    /// is in the metadata and on the span of the call.
    ///
    /// A value is accepted if it occurs once and has 1 to 128 letters, digits and `-._~:+/=@`.
    ///
    /// # Errors
    ///
    /// Returns [`CarriedIdError::Name`] if a name is not valid for an id.
    pub fn try_ids(
        self,
        names: impl IntoIterator<Item = &'static str>,
    ) -> Result<Self, CarriedIdError> {
        let ids = IdNames::try_new(names)?;
        Ok(self.with_protocol(|settings| settings.ids = ids))
    }
}
