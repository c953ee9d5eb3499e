use glyph_runtime::{Label, LabelSet};

#[derive(Label, Clone, Debug)]
#[label(never)]
pub struct OrgId(pub String);

#[derive(LabelSet)]
pub struct Request {
    #[label(max = 10)]
    pub organisation: OrgId,
    pub customer: OrgId,
}

#[derive(LabelSet)]
pub struct Optional {
    pub customer: Option<OrgId>,
}

fn main() {}
