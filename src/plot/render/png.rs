//! The PNG rendering of a scene: opaque, at print resolution, with title and description inside.

use resvg::tiny_skia::{Color, Pixmap, Transform};

use super::tree::{RenderError, tree};
use crate::digest::text::visible;
use crate::plot::Scene;

/// Resolution of the picture.
pub const DOTS_PER_INCH: u32 = 300;
/// Points in an inch.
const INCH: f64 = 72.0;
/// usvg's unit: a pixel of CSS.
const CSS_DOTS_PER_INCH: f32 = 96.0;
/// A picture of more pixels is refused; 100 million take 400 MB while they are drawn.
const MAX_PIXELS: f64 = 1e8;

/// The scene as a PNG file.
pub fn png(scene: &Scene) -> Result<Vec<u8>, RenderError> {
    let problem = |error: &dyn ToString| RenderError::new(scene, "PNG", error.to_string());
    let (width, height) = (pixels(scene.page.width), pixels(scene.page.height));
    if width * height > MAX_PIXELS {
        let most = MAX_PIXELS / 1e6;
        let size =
            format!("{width} by {height} pixels at {DOTS_PER_INCH} dpi are more than {most} million pixels");
        return Err(RenderError::size(scene, "PNG", size));
    }
    let tree = tree(scene, "PNG")?;
    let pixmap = Pixmap::new(width as u32, height as u32);
    let mut pixmap = pixmap.ok_or_else(|| problem(&"the page has no size"))?;
    pixmap.fill(Color::WHITE);
    let scale = DOTS_PER_INCH as f32 / CSS_DOTS_PER_INCH;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    encode(scene, &pixmap).map_err(|error| problem(&error))
}

/// Pixels of a length in points, the last one perhaps covered in part.
fn pixels(points: f64) -> f64 {
    (points * f64::from(DOTS_PER_INCH) / INCH - 1e-6).ceil().max(1.0)
}

fn encode(scene: &Scene, pixmap: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    // The ground is opaque, so there is nothing but colour.
    let colours: Vec<u8> = pixmap.data().chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let per_metre = (f64::from(DOTS_PER_INCH) / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    for (keyword, text) in [("Title", scene.title.clone()), ("Description", scene.words())] {
        // The format ends a text at a zero byte, and readers may print the text to a terminal.
        encoder.add_itxt_chunk(keyword.to_owned(), visible(&text).into_owned())?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}
