//! The report as one HTML file that needs no network and no script.

use tera::{Context, Tera};

use super::ReportModel;
use crate::error::{Class, Diagnostic};

/// A template that does not render: a bug, shown as a failure rather than a panic.
#[derive(Debug, thiserror::Error)]
#[error("the report template does not render")]
pub struct ReportError(#[from] tera::Error);

impl Diagnostic for ReportError {
    fn class(&self) -> Class {
        Class::Operation
    }
}

/// Renders the report. Everything from manifests and files is escaped; only our own SVG is inserted as it is.
pub fn html(model: &ReportModel) -> Result<String, ReportError> {
    let mut tera = Tera::default();
    tera.add_raw_template("report.html", include_str!("report.html"))?;
    let mut context = Context::new();
    context.insert("report", model);
    context.insert("style", include_str!("report.css"));
    let pictures: Vec<Vec<&str>> = model
        .papers
        .iter()
        .map(|paper| paper.figures.iter().map(|figure| figure.svg.as_str()).collect())
        .collect();
    context.insert("pictures", &pictures);
    Ok(tera.render("report.html", &context)?)
}
