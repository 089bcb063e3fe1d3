// Which fields tell about a person: the one place where exports choose them.

/// Names, e-mail addresses and reasons that somebody typed.
///
/// Exports leave them out unless asked. Numbers and ids of the outside world stay, without which nothing could be
/// counted or joined: what is left is about persons without names, not about nobody.
enum ExportedTexts {
    /// By the names that events, JSON and the read tables give them.
    private static let fields: Set<String> = ["email", "name", "reason"]

    /// Whether a field or column of that name may be exported.
    static func mayExport(_ name: String, _ options: ExportOptions) -> Bool {
        options.includesPersonalData || !fields.contains(name)
    }
}
