use glyph_core::View;

struct Settings;

static SETTINGS: Settings = Settings;

fn main() {
    let _view = View::of(&SETTINGS);
}
