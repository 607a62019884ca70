/// The file formats that Limner writes.
package enum WrittenFormat: String, Codable, Sendable, CaseIterable {
    case jpeg, png, webp, tiff

    /// The extension for new files, without the dot.
    package var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .png, .webp, .tiff: rawValue
        }
    }

    package var keepsTransparency: Bool { self != .jpeg }

    /// The endings of names that promise this format, in lower case.
    package var endings: [String] {
        switch self {
        case .jpeg: ["jpg", "jpeg"]
        case .png: ["png"]
        case .webp: ["webp"]
        case .tiff: ["tif", "tiff"]
        }
    }

    /// The format that a file name's ending promises; `nil` for any other ending, or none.
    package init?(ending: String) {
        let ending = ending.lowercased()
        guard let format = Self.allCases.first(where: { $0.endings.contains(ending) }) else { return nil }
        self = format
    }
}
