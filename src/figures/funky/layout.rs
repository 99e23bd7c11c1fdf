//! Where everything of a `funky` figure stands. Columns have fixed places in units of the drawing, rows are one unit
//! apart downwards; the table is as large as the labels around it leave room for.

use std::sync::Arc;

use super::shade::with_lightness;
use super::spec::{ColumnSpec, FunkySpec, GroupSpec, ShapeSpec};
use super::table::{Cell, TableRow};
use crate::evidence::Lineage;
use crate::plot::{
    ASCENT, Anchor, Colour, DESCENT, Element, Face, Frame, Group, Growth, Mark, MarkKind, Outline, PAD, Page,
    Paint, Part, Point, Quantity, Reading, Rect, Scale, Stroke, Text, bounds,
};

/// Distance of neighbouring columns.
const STEP: f64 = 0.55;
/// From the outermost columns to the edges of the table.
const EDGE: f64 = 0.45;
/// From the outermost columns to the ends of the striped rows.
const STRIPE: f64 = 0.40;
/// Half the height of a striped row.
const STRIPE_HALF: f64 = 0.45;
const STRIPE_COLOUR: Colour = Colour::grey(0xf5);
/// From a column to the start of its bars and of their texts.
const BAR_START: f64 = 0.26;
/// Length of a bar of value 1.
const BAR_LENGTH: f64 = 0.52;
/// Half the height of a bar.
const BAR_HALF: f64 = 0.32;
/// By how much a bar is larger on every side, which is also the radius of its corners.
const BAR_PAD: f64 = 0.03;
/// Height of the headers.
const HEADER: f64 = -0.85;
const HEADER_SIZE: f64 = 10.0;
/// From a row to the upper edge of the remark under its bar.
const REMARK: f64 = 0.38;
const REMARK_SIZE: f64 = 6.0;
const REMARK_COLOUR: Colour = Colour::grey(102);
const VALUE_SIZE: f64 = 7.0;
/// Width of the line around circles in points.
const CIRCLE_EDGE: f64 = 0.3;
const SEPARATOR: Colour = Colour::grey(209);
const SEPARATOR_WIDTH: f64 = 0.5;
const SEPARATOR_OPACITY: f64 = 0.6;
/// Font size and angle of column labels.
const COLUMN_SIZE: f64 = 9.0;
const COLUMN_ANGLE: f64 = 45.0;
/// Distance of labels from the table in points.
const LABEL_GAP: f64 = 3.5;
/// A table narrower or lower than this many points could not be seen.
const SMALLEST: f64 = 20.0;

/// The figure on its page, and its marks in drawing order: row by row the label, then the cells from the left.
pub fn draw(spec: &FunkySpec, size: (f64, f64), rows: &[TableRow<'_>]) -> (Page, Vec<Mark>) {
    // As in matplotlib's `tight_layout`, one drawing with a provisional table measures the labels, the second is final.
    let figure = Rect::sized(0.0, 0.0, size.0, size.1);
    let provisional = Drawing::new(spec, rows, figure);
    let around = provisional.extent();
    let left = (figure.left - around.left) + PAD;
    let top = (figure.top - around.top) + PAD;
    let width = (figure.width() - left - (around.right - figure.right) - PAD).max(SMALLEST);
    let height = (figure.height() - top - (around.bottom - figure.bottom) - PAD).max(SMALLEST);
    let drawing = Drawing::new(spec, rows, Rect::sized(left, top, width, height));
    let (children, marks) = drawing.elements();
    let group = Element::Group(Group { panel: Some(String::new()), children, ..Group::default() });
    let elements = std::iter::once(group).chain(drawing.heading()).collect();
    (Page::around(elements, Some(drawing.table)), marks)
}

/// Places of columns in units of the drawing.
fn places(columns: &[ColumnSpec]) -> Vec<f64> {
    let mut x = 0.0;
    let place = |(index, column): (usize, &ColumnSpec)| {
        if index > 0 {
            x += STEP + column.gap;
        }
        x
    };
    columns.iter().enumerate().map(place).collect()
}

/// A table of a certain size.
struct Drawing<'a> {
    spec: &'a FunkySpec,
    rows: &'a [TableRow<'a>],
    table: Rect,
    places: Vec<f64>,
    x: Scale,
    y: Scale,
}

impl<'a> Drawing<'a> {
    fn new(spec: &'a FunkySpec, rows: &'a [TableRow<'a>], table: Rect) -> Self {
        let places = places(&spec.column);
        let last = places.last().copied().unwrap_or_default();
        let n_rows = rows.last().map_or(1, |row| row.place + 1) as f64;
        Self {
            spec,
            rows,
            table,
            places,
            x: Scale { data: (-EDGE, last + EDGE), page: (table.left, table.right), growth: Growth::Linear },
            y: Scale { data: (-0.5, n_rows - 0.5), page: (table.top, table.bottom), growth: Growth::Linear },
        }
    }

    fn at(&self, x: f64, y: f64) -> Point {
        Point::new(self.x.place(x), self.y.place(y))
    }

    /// The extent of everything; the title counts upwards only, so that a long one does not squeeze the table.
    fn extent(&self) -> Rect {
        let all = bounds(&self.elements().0).map_or(self.table, |bounds| bounds.union(&self.table));
        let heading = self.heading().and_then(|heading| heading.bounds());
        heading.map_or(all, |heading| all.union(&Rect { left: all.left, right: all.right, ..heading }))
    }

    fn elements(&self) -> (Vec<Element>, Vec<Mark>) {
        let mut elements = self.ground();
        elements.extend(self.headers());
        elements.extend(self.column_labels());
        let mut marks = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            let position = (number + 1) as f64;
            self.row(row, position, &mut elements, &mut marks);
        }
        (elements, marks)
    }

    /// Striped rows and dashed separators.
    fn ground(&self) -> Vec<Element> {
        let last = self.places.last().copied().unwrap_or_default();
        let stripes = self.rows.iter().filter(|row| row.place % 2 == 0).map(|row| {
            let y = row.place as f64;
            let rect =
                Rect::between(self.at(-STRIPE, y - STRIPE_HALF), self.at(last + STRIPE, y + STRIPE_HALF));
            Element::shape(Outline::Rect(rect), Paint::filled(STRIPE_COLOUR))
        });
        let pen = Stroke::dashed(SEPARATOR, SEPARATOR_WIDTH);
        let paint = Paint::outlined(pen).with_opacity(SEPARATOR_OPACITY);
        let pairs = self.places.windows(2).zip(self.spec.column.iter().skip(1));
        let lines = pairs.filter(|(_, column)| column.separated).map(|(pair, _)| {
            let x = self.x.place(f64::midpoint(pair[0], pair[1]));
            let ends = [Point::new(x, self.table.top), Point::new(x, self.table.bottom)];
            Element::segment(ends[0], ends[1], paint.clone())
        });
        stripes.chain(lines).collect()
    }

    /// The names of the groups over their columns.
    fn headers(&self) -> Vec<Element> {
        let header = |group: &GroupSpec| {
            let columns = self.places.iter().zip(&self.spec.column);
            let of_group: Vec<f64> =
                columns.filter(|(_, column)| column.group == group.id).map(|(x, _)| *x).collect();
            let middle = of_group.iter().sum::<f64>() / of_group.len() as f64;
            let text = centred(&group.header, HEADER_SIZE, self.at(middle, HEADER));
            let text = Text { face: Face::Bold, colour: group.colour, ..text };
            (!of_group.is_empty()).then_some(Element::Text(text))
        };
        self.spec.group.iter().filter_map(header).collect()
    }

    fn column_labels(&self) -> Vec<Element> {
        let label = |(x, column): (&f64, &ColumnSpec)| {
            let text = Text::new(column.label(), COLUMN_SIZE, Point::default())
                .anchored(Anchor::End)
                .turned(COLUMN_ANGLE);
            // The box of the turned text ends at the column and hangs below the table.
            let extent = text.bounds().unwrap_or(Rect::sized(0.0, 0.0, 0.0, 0.0));
            let corner = Point::new(self.x.place(*x), self.table.bottom + LABEL_GAP);
            Element::Text(text).moved(corner.x - extent.right, corner.y - extent.top)
        };
        self.places.iter().zip(&self.spec.column).map(label).collect()
    }

    fn heading(&self) -> Option<Element> {
        let heading = self.spec.heading.as_ref()?;
        let at = Point::new(self.table.centre().x, self.table.top - heading.pad);
        Some(Element::Text(Text::new(&heading.text, heading.size, at).anchored(Anchor::Middle)))
    }

    /// A row's label and cells with their marks; `position` counts rows from 1.
    fn row(&self, row: &TableRow<'_>, position: f64, elements: &mut Vec<Element>, marks: &mut Vec<Mark>) {
        let mut push = |mark: Mark, children: Vec<Element>| {
            let placed_by = match mark.found_by {
                Some(_) => row.placed_by.clone(),
                None => Lineage::union([&mark.lineage, &row.placed_by]),
            };
            let mark = mark.part(Part::Number(Quantity::X), placed_by);
            marks.push(Mark { x: Some(position), ..mark });
            let marks = Some(marks.len() - 1..marks.len());
            let frame = Some(Frame { x: self.x, y: self.y });
            elements.push(Element::Group(Group { marks, frame, children, ..Group::default() }));
        };
        let label = self.spec.label(row.key);
        let mark = Mark::new(MarkKind::Text, "", "", label, row.lineage());
        push(
            // A row is there because of its cells; where it stands, its block decides.
            Mark {
                text: label.to_owned(),
                reading: Reading::Nowhere,
                found_by: Some(Arc::new(row.lineage())),
                ..mark
            },
            vec![self.row_label(row, label)],
        );
        for ((x, column), cell) in self.places.iter().zip(&self.spec.column).zip(&row.cells) {
            let Some(cell) = cell else { continue };
            let text = self.printed(cell.value);
            let at = (*x, row.place as f64);
            let mark = |kind| Mark {
                y: Some(cell.value),
                text: text.clone(),
                ..Mark::new(kind, "", column.label(), label, cell.lineage.clone())
            };
            match column.shape {
                ShapeSpec::Bar => {
                    let start = x - BAR_START;
                    let (from, to) = ((0.0, (start, at.1)), (1.0, (start + BAR_LENGTH, at.1)));
                    let reading = Reading::Line { from, to };
                    let mark =
                        Mark { low: Some(0.0), reading, ..mark(MarkKind::Bar).declared(Quantity::Low) };
                    push(mark, self.bar(column, cell, at, &text));
                }
                ShapeSpec::Circle => {
                    let of_size = cell.size_lineage.clone().unwrap_or_default();
                    let mark = mark(MarkKind::Circle).part(Part::Number(Quantity::Size), of_size);
                    let mark = Mark { size: cell.size, reading: Reading::Nowhere, ..mark };
                    push(mark, self.circle(column, cell, at, &text));
                }
            }
            if let Some((text, cells)) = self.remark(column, row) {
                let lineage = Lineage::union(cells.iter().map(|cell| &cell.lineage));
                let mark = Mark::new(MarkKind::Text, "", column.label(), label, lineage);
                let drawn = self.remark_text(&text, at);
                push(Mark { text, reading: Reading::Nowhere, ..mark }, vec![drawn]);
            }
        }
    }

    fn printed(&self, value: f64) -> String {
        // A true minus sign is as wide as a digit.
        format!("{value:.0$}", self.spec.decimals).replace('-', "\u{2212}")
    }

    fn row_label(&self, row: &TableRow<'_>, label: &str) -> Element {
        let size = self.spec.label_size;
        let y = self.y.place(row.place as f64) + ASCENT / 2.0 * size;
        let at = Point::new(self.table.left - LABEL_GAP, y);
        Element::Text(Text::new(label, size, at).anchored(Anchor::End))
    }

    fn bar(&self, column: &ColumnSpec, cell: &Cell, (x, y): (f64, f64), text: &str) -> Vec<Element> {
        let drawn = cell.value.clamp(0.0, 1.0);
        let start = x - BAR_START;
        let rect = Rect::between(
            self.at(start - BAR_PAD, y - BAR_HALF - BAR_PAD),
            self.at(start + BAR_LENGTH * drawn + BAR_PAD, y + BAR_HALF + BAR_PAD),
        );
        // The published corners are as wide as the padding across and upwards, which are different lengths on the page.
        let unit = |scale: &Scale| (scale.place(BAR_PAD) - scale.place(0.0)).abs();
        let radius = unit(&self.x).min(unit(&self.y)).min(rect.width() / 2.0).min(rect.height() / 2.0);
        let paint = Paint::filled(self.shade(column, 0.35 + 0.5 * (1.0 - drawn)));
        let at = Point::new(self.x.place(start), self.y.place(y) + lowered(VALUE_SIZE));
        vec![
            Element::shape(Outline::Rounded { rect, radius }, paint),
            Element::Text(Text::new(text, VALUE_SIZE, at)),
        ]
    }

    fn circle(&self, column: &ColumnSpec, cell: &Cell, (x, y): (f64, f64), text: &str) -> Vec<Element> {
        let size = cell.size.unwrap_or_default();
        let [base, span] = self.spec.circle_area;
        let centre = self.at(x, y);
        let paint = Paint {
            stroke: Some(Stroke::solid(Colour::BLACK, CIRCLE_EDGE)),
            ..Paint::filled(self.shade(column, 0.85 - 0.55 * size))
        };
        // A marker's area is the square of its diameter.
        let radius = (base + span * size).sqrt() / 2.0;
        vec![
            Element::shape(Outline::Circle { centre, radius }, paint),
            Element::Text(centred(text, VALUE_SIZE, centre)),
        ]
    }

    fn shade(&self, column: &ColumnSpec, lightness: f64) -> Colour {
        let group = self.spec.group_of(column).map_or(Colour::grey(128), |group| group.colour);
        with_lightness(group, lightness)
    }

    /// The text under a bar and the cells it prints; nothing when none of them has a value.
    fn remark<'r>(&self, column: &ColumnSpec, row: &'r TableRow<'_>) -> Option<(String, Vec<&'r Cell>)> {
        let remark = self.spec.remark.as_ref().filter(|remark| remark.under == column.key)?;
        let cell = |key: &String| {
            let index = self.spec.column.iter().position(|column| column.key == *key)?;
            row.cells.get(index)?.as_ref()
        };
        let cells: Vec<&Cell> = remark.values.iter().filter_map(cell).collect();
        let texts: Vec<String> = cells.iter().map(|cell| self.printed(cell.value)).collect();
        (!cells.is_empty()).then(|| (texts.join("  "), cells))
    }

    fn remark_text(&self, text: &str, (x, y): (f64, f64)) -> Element {
        let top = self.at(x, y + REMARK);
        let at = Point::new(top.x, top.y + ASCENT * REMARK_SIZE);
        let text = Text::new(text, REMARK_SIZE, at).anchored(Anchor::Middle);
        Element::Text(Text { colour: REMARK_COLOUR, ..text })
    }
}

/// How far the baseline lies below the middle of a line of text.
fn lowered(size: f64) -> f64 {
    (ASCENT - DESCENT) / 2.0 * size
}

/// A text with the middle of its line at a point.
fn centred(text: &str, size: f64, middle: Point) -> Text {
    Text::new(text, size, Point::new(middle.x, middle.y + lowered(size))).anchored(Anchor::Middle)
}
