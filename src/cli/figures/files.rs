//! The files of a figure: which formats, and what they are called.

use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::plot::{Scene, Theme, mark_csv, pdf, png, svg};
use crate::store::write_in_project;

/// A format of the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Format {
    /// Vectors for screens, with every mark's values inside.
    Svg,
    /// Pixels for print, at 300 dpi.
    Png,
    /// Vectors for print.
    Pdf,
}

impl Format {
    /// Name and file extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    fn render(self, scene: &Scene) -> Result<Vec<u8>, Failure> {
        Ok(match self {
            Self::Svg => svg(scene).into_bytes(),
            Self::Png => png(scene)?,
            Self::Pdf => pdf(scene)?,
        })
    }
}

/// What to write, and where.
#[derive(Clone, Debug)]
pub struct Output {
    /// Folder of all papers' figures.
    pub folder: PathBuf,
    /// The project that must not be left, unless the user has named the folder.
    pub project: Option<PathBuf>,
    /// Formats, each once.
    pub formats: Vec<Format>,
    /// Theme; other themes than the faithful one have their name in the file name.
    pub theme: Theme,
}

impl Output {
    /// Writes a drawing in every format. `variant` is what it shows beside the figure itself, such as `.compare`.
    pub fn write(
        &self,
        paper: &str,
        scene: &Scene,
        variant: &str,
    ) -> Result<Vec<(Format, PathBuf)>, Failure> {
        let theme = match self.theme {
            Theme::Faithful => "",
            Theme::Accessible => ".accessible",
        };
        // All are made before one is written: a figure that a format cannot hold leaves no half of its files.
        let render = |format: &Format| format.render(scene);
        let rendered = self.formats.iter().map(render).collect::<Result<Vec<_>, _>>()?;
        let mut written = Vec::new();
        for (format, bytes) in self.formats.iter().zip(rendered) {
            let name = format!("{}{theme}{variant}.{}", scene.id, format.name());
            let path = self.folder.join(paper).join(name);
            write_in_project(self.project.as_deref(), &path, &bytes)?;
            written.push((*format, path));
        }
        Ok(written)
    }

    /// Writes the mark table, which is the same for every theme.
    pub fn write_marks(&self, paper: &str, scene: &Scene) -> Result<PathBuf, Failure> {
        let path = self.folder.join(paper).join(format!("{}.csv", scene.id));
        write_in_project(self.project.as_deref(), &path, mark_csv(&scene.marks).as_bytes())?;
        Ok(path)
    }

    /// Faithful SVG in the folder `figures` of a project.
    pub fn standard(project: &Path) -> Self {
        let (folder, project) = (project.join("figures"), Some(project.to_owned()));
        Self { folder, project, formats: vec![Format::Svg], theme: Theme::Faithful }
    }
}
