//! The messages of the service, in UTF-8: a token in the request, an organization or a number in the
//! response.

use bytes::{Buf, BufMut};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// Maximum length of a message, in bytes.
const LONGEST: usize = 4096;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        if buffer.remaining() > LONGEST {
            return Err(Status::out_of_range("the message is too long"));
        }
        let mut bytes = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut bytes);
        let text = String::from_utf8(bytes);
        text.map(Some)
            .map_err(|_| Status::invalid_argument("the message is not UTF-8"))
    }
}
