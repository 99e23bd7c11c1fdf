//! The PDF rendering of a scene: one page of the figure's size, vectors stay vectors and text stays text.
//!
//! The file holds no date and no random identifier. The figure is tagged with its description as alternative text.

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::tagging::{ContentTag, Tag, TagGroup, TagTree};
use krilla_svg::{SurfaceExt, SvgSettings};

use super::tree::{RenderError, tree};
use crate::digest::text::visible;
use crate::plot::Scene;

/// The scene as a PDF file.
pub fn pdf(scene: &Scene) -> Result<Vec<u8>, RenderError> {
    let problem = |error: &dyn ToString| RenderError::new(scene, "PDF", error.to_string());
    let tree = tree(scene, "PDF")?;
    let (width, height) = (scene.page.width as f32, scene.page.height as f32);
    let no_size = || problem(&"the page has no size");
    let size = Size::from_wh(width, height).ok_or_else(no_size)?;
    let mut document = Document::new();
    let mut page = document.start_page_with(PageSettings::from_wh(width, height).ok_or_else(no_size)?);
    let mut surface = page.surface();
    let content = surface.start_tagged(ContentTag::Other);
    surface.draw_svg(&tree, size, SvgSettings::default()).ok_or_else(|| problem(&"it cannot be drawn"))?;
    surface.end_tagged();
    surface.finish();
    page.finish();
    let mut figure = TagGroup::new(Tag::Figure(Some(visible(&scene.words()).into_owned())));
    figure.push(content);
    let mut tags = TagTree::new();
    tags.push(figure);
    document.set_tag_tree(tags);
    let metadata = Metadata::new()
        .title(visible(&scene.title).into_owned())
        .description(visible(&scene.words()).into_owned())
        .language("en".to_owned())
        .creator("repro".to_owned());
    document.set_metadata(metadata);
    document.finish().map_err(|error| problem(&format!("{error:?}")))
}
