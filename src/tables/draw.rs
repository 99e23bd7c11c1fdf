//! SVG: a table as print has it, 183 mm wide and as tall as it needs to be.

mod block;
mod foot;
mod sheet;
mod slot;

use self::sheet::Sheet;
use super::{Grid, words};
use crate::plot::{
    self, ASCENT, Anchor, Colour, Element, Face, Group, Mark, Page, Point, Scene, Source, Text, placeholder,
    wrap,
};

/// Width of the page in points: two columns of a journal, 183 mm.
const PAGE_WIDTH: f64 = 183.0 * 72.0 / 25.4;
/// White around everything in points.
const PAD: f64 = 6.0;
/// Width of the table at most.
const INNER: f64 = PAGE_WIDTH - 2.0 * PAD;
/// Font size of everything but the title, in points.
const SIZE: f64 = 7.0;
/// Font size of the title in points.
const TITLE_SIZE: f64 = 9.0;
/// From one line of text to the next, in font sizes.
const STEP: f64 = 1.22;
/// Height of a table that has nothing to show, in points.
const PLACEHOLDER_HEIGHT: f64 = 110.0;
/// Between a title, a block and the foot, in points.
const APART: f64 = 10.0;
/// Colour of what is said beside the table.
const QUIET: Colour = Colour::grey(70);

/// The table as a complete SVG document.
pub fn svg(grid: &Grid) -> String {
    plot::svg(&scene(grid))
}

/// The table as a scene: a mark for every cell with a value of ours, bound to the rows it was computed from. Groups of
/// columns that do not fit side by side follow below. A table without rows is a placeholder.
pub fn scene(grid: &Grid) -> Scene {
    if let (true, Some(missing)) = (grid.rows.is_empty(), &grid.missing) {
        return placeholder(&grid.id, &grid.title, (PAGE_WIDTH, PLACEHOLDER_HEIGHT), missing.clone());
    }
    let mut canvas = Canvas { y: PAD, elements: Vec::new(), marks: Vec::new() };
    canvas.paragraph(&grid.title, (TITLE_SIZE, Face::Bold, Colour::BLACK), PAD);
    if let Some(place) = &grid.place {
        canvas.paragraph(place, (SIZE, Face::Regular, QUIET), PAD);
    }
    let sheet = Sheet::new(grid);
    for columns in sheet.blocks.clone() {
        canvas.y += APART / 2.0;
        block::draw(&sheet, columns, &mut canvas);
        canvas.y += APART / 2.0;
    }
    foot::draw(grid, &mut canvas);
    let page = Page { width: PAGE_WIDTH, height: canvas.y + PAD, elements: canvas.elements };
    Scene {
        id: grid.id.clone(),
        title: grid.title.clone(),
        description: words::describe(grid),
        page,
        marks: canvas.marks,
        sources: Vec::<Source>::new(),
        missing: grid.missing.clone(),
        lookups: Default::default(),
    }
}

/// A page that is filled from the top.
struct Canvas {
    /// Where the next thing starts.
    y: f64,
    elements: Vec<Element>,
    marks: Vec<Mark>,
}

impl Canvas {
    /// Lines of text from `left` to the right edge.
    fn paragraph(&mut self, text: &str, (size, face, colour): (f64, Face, Colour), left: f64) {
        for line in wrap(text, size, face, PAGE_WIDTH - PAD - left) {
            let at = Point::new(left, self.y + ASCENT * size);
            self.elements.push(Element::Text(Text { face, colour, ..Text::new(line, size, at) }));
            self.y += STEP * size;
        }
    }

    /// Things that belong together and say something.
    fn group(&mut self, words: String, children: Vec<Element>) {
        self.elements.push(Element::Group(Group { words: Some(words), children, ..Group::default() }));
    }

    /// Things that draw a mark.
    fn marked(&mut self, mark: Mark, children: Vec<Element>) {
        self.marks.push(mark);
        let marks = Some(self.marks.len() - 1..self.marks.len());
        self.elements.push(Element::Group(Group { marks, children, ..Group::default() }));
    }
}

/// A line of text whose upper edge is given.
fn text(text: &str, (x, top): (f64, f64), anchor: Anchor, face: Face) -> Text {
    Text { face, ..Text::new(text, SIZE, Point::new(x, top + ASCENT * SIZE)).anchored(anchor) }
}

/// From one line of a cell to the next, in points.
fn step() -> f64 {
    STEP * SIZE
}
