//! The SVG rendering read back as a tree of shapes and placed glyphs, from which PNG and PDF are made.
//!
//! Glyphs come from the embedded DejaVu fonts alone, so that a text looks the same on every machine and takes the
//! room it was measured with. A character that they lack shows as their box for missing glyphs.

use std::sync::{Arc, LazyLock};

use resvg::usvg::{Options, Tree, fontdb};

use crate::error::{Class, Diagnostic};
use crate::plot::Scene;
use crate::plot::svg;

/// A scene that a renderer cannot express.
#[derive(Debug, thiserror::Error)]
#[error("cannot render figure `{id}` as {format}: {problem}")]
pub struct RenderError {
    id: String,
    format: &'static str,
    problem: String,
    /// Whether the manifest asks for what the format cannot hold.
    is_unfit: bool,
}

impl RenderError {
    /// An error of one figure and one format.
    pub(super) fn new(scene: &Scene, format: &'static str, problem: impl ToString) -> Self {
        Self { id: scene.id.clone(), format, problem: problem.to_string(), is_unfit: false }
    }

    /// An error of a figure whose size the format cannot hold.
    pub(super) fn size(scene: &Scene, format: &'static str, problem: impl ToString) -> Self {
        Self { is_unfit: true, ..Self::new(scene, format, problem) }
    }
}

impl Diagnostic for RenderError {
    fn class(&self) -> Class {
        if self.is_unfit { Class::Usage } else { Class::Operation }
    }

    fn hint(&self) -> Option<String> {
        self.is_unfit.then(|| "make `size` of the figure smaller, or leave out the format".to_owned())
    }
}

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for face in [dejavu::sans::regular(), dejavu::sans::bold(), dejavu::sans::oblique()] {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(face)));
    }
    // usvg asks for these when it knows none of the names.
    fonts.set_serif_family("DejaVu Sans");
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

/// Reads the SVG of a scene; `format` is what it will become.
pub fn tree(scene: &Scene, format: &'static str) -> Result<Tree, RenderError> {
    let options = Options { fontdb: Arc::clone(&FONTS), ..Options::default() };
    Tree::from_str(&svg(scene), &options).map_err(|error| RenderError::new(scene, format, error))
}
