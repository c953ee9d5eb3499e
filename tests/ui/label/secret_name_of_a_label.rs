use glyph_runtime::{Label, LabelSet};

#[derive(Label)]
enum Kind {
    Personal,
    Service,
}

#[derive(LabelSet)]
struct Login<'a> {
    #[label(max = 10)]
    user_password: &'a str,
    github_token: Kind,
    #[label(name = "apiKey")]
    key: Kind,
    #[label(max = 10, not_secret)]
    next_token: &'a str,
    #[label(not_secret)]
    credential: Kind,
    token_count: Kind,
}

fn main() {}
