use glyph_runtime::Label;

#[derive(Label)]
#[label(never, rename_all = "kebab-case", outcome)]
pub struct OrgId(pub String);

fn main() {}
