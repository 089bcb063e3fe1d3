// What the program knows about where its two streams lead: a terminal or not, how wide, in colour or not.

import Foundation

/// One of the two output streams, as a person may see it.
struct Terminal: Sendable {
    let isTerminal: Bool
    let isColoured: Bool
    /// Columns of the window; nil where the stream leads elsewhere.
    let columns: Int?

    static let output = Terminal(descriptor: STDOUT_FILENO)
    static let error = Terminal(descriptor: STDERR_FILENO)

    init(descriptor: Int32) {
        isTerminal = isatty(descriptor) == 1
        let environment = ProcessInfo.processInfo.environment
        // https://no-color.org: present and not empty, whatever its value.
        let isPlain = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        isColoured = isTerminal && !isPlain
        var size = winsize()
        let isKnown = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        columns = isKnown ? Int(size.ws_col) : nil
    }

    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    /// The text in a style, or as it is where the stream shows no colour.
    func styled(_ text: String, _ style: Style) -> String {
        isColoured ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
