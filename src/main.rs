//! See `repro --help`.

fn main() -> std::process::ExitCode {
    repro::cli::run().number().into()
}
