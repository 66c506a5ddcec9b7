//! The program `govhub`.

fn main() -> std::process::ExitCode {
    govhub_node::cli::run()
}
