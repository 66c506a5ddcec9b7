//! The timeline as a drawing: one lane per chain, one dot per hop, time downwards.

use std::fmt::Write;

use crate::report::Hop;

const LANE: u32 = 230;
const LEFT: u32 = 120;
const ROW: u32 = 34;
const HEAD: u32 = 74;

/// An SVG file. `lanes` are the chains from left to right; hops on other chains are left out.
pub fn draw(lanes: &[&str], hops: &[Hop], note: &str) -> String {
    let rows = layout(hops);
    let height = HEAD + ROW * (u32::try_from(rows.len()).unwrap_or(u32::MAX / ROW) + 1);
    let width = LEFT + LANE * u32::try_from(lanes.len()).unwrap_or(1) + 420;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n<text x=\"16\" y=\"22\" font-size=\"14\">{}</text>\n",
        escape(note)
    );
    let x = |lane: usize| LEFT + LANE * u32::try_from(lane).unwrap_or(0) + LANE / 2;
    for (lane, name) in lanes.iter().enumerate() {
        let x = x(lane);
        put(&mut svg, format_args!("<text x=\"{x}\" y=\"48\" text-anchor=\"middle\" font-weight=\"bold\">{}</text>\n", escape(name)));
        put(&mut svg, format_args!("<line x1=\"{x}\" y1=\"58\" x2=\"{x}\" y2=\"{}\" stroke=\"#9aa5b1\"/>\n", height - 8));
    }
    let mut last: Option<(u32, u32)> = None;
    for (index, row) in rows.iter().enumerate() {
        let y = HEAD + ROW * u32::try_from(index).unwrap_or(0);
        match row {
            Row::Step(name) => {
                last = None;
                put(&mut svg, format_args!("<text x=\"16\" y=\"{y}\" font-weight=\"bold\" fill=\"#1f4e79\">{}</text>\n", escape(name)));
            }
            Row::Hop(hop) => {
                let Some(x) = lanes.iter().position(|lane| *lane == hop.chain).map(x) else { continue };
                if let Some((from_x, from_y)) = last {
                    put(&mut svg, format_args!("<line x1=\"{from_x}\" y1=\"{from_y}\" x2=\"{x}\" y2=\"{y}\" stroke=\"#1f4e79\" stroke-width=\"1.5\"/>\n"));
                }
                last = Some((x, y));
                let colour = if hop.verified.is_empty() { "#9aa5b1" } else { "#2e7d32" };
                put(&mut svg, format_args!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#52606d\">{} ms</text>\n", LEFT - 12, y + 4, hop.ms));
                put(&mut svg, format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"5\" fill=\"{colour}\"><title>{}</title></circle>\n", escape(&title(hop))));
                put(&mut svg, format_args!("<text x=\"{}\" y=\"{}\">{}</text>\n", x + 10, y + 4, escape(&label(hop))));
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

enum Row<'a> {
    Step(&'a str),
    Hop(&'a Hop),
}

fn layout(hops: &[Hop]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut step = "";
    for hop in hops {
        if hop.step != step {
            step = &hop.step;
            rows.push(Row::Step(step));
        }
        rows.push(Row::Hop(hop));
    }
    rows
}

fn label(hop: &Hop) -> String {
    let proofs: u64 = hop.verified.iter().map(|check| check.proof_bytes).sum();
    match hop.verified.len() {
        0 => format!("{}, block {}", hop.what, hop.height),
        checks => format!("{}, block {} \u{2713} {checks} checked, {proofs} B of proofs", hop.what, hop.height),
    }
}

fn title(hop: &Hop) -> String {
    let lines: Vec<String> = hop.verified.iter().map(|c| format!("{} by {} at {} ({})", c.what, c.client_id, c.height, c.block_hash)).collect();
    lines.join("\n")
}

fn put(svg: &mut String, text: std::fmt::Arguments<'_>) {
    svg.write_fmt(text).expect("writing to a string cannot fail");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(chain: &str, what: &str) -> Hop {
        Hop { step: "ask".into(), chain: chain.into(), what: what.into(), ms: 12, height: 3, verified: vec![] }
    }

    #[test]
    fn every_hop_on_a_lane_is_a_dot() {
        let svg = draw(&["shenzhen", "hub"], &[hop("shenzhen", "sent"), hop("hub", "received"), hop("mars", "lost")], "note");
        assert_eq!(svg.matches("<circle").count(), 2);
        assert_eq!(svg.matches("<line").count(), 3, "two lanes and one arrow");
    }

    #[test]
    fn text_cannot_break_out() {
        let svg = draw(&["hub"], &[hop("hub", "<script>\"&")], "a < b");
        assert!(!svg.contains("<script>") && svg.contains("&lt;script&gt;&quot;&amp;"));
    }
}
