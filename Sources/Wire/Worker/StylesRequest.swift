import Parsing

/// Asks which styles a job could name, or about one of them; nothing is painted. Answered by ``WorkerMessage/styles(_:)``.
package struct StylesRequest: Codable, Sendable, Equatable {
    package var token: WorkerToken
    /// Absolute path of the styles folder.
    package var folder: String
    /// Of one style; absent for all.
    package var name: String?

    package init(token: WorkerToken, folder: String, name: String? = nil) {
        self.token = token
        self.folder = folder
        self.name = name
    }
}

/// Paints a picture in many styles, in one pass each, on one sheet; answered by ``WorkerMessage/sheet(_:)``, with progress
/// before.
package struct SheetRequest: Codable, Sendable, Equatable {
    /// What ``size`` may be.
    package static let sizes = 64...1024

    package var token: WorkerToken
    package var picture: InputPicture
    /// Absolute path of the styles folder.
    package var folder: String
    /// Each alone, without regard to its weight; none for all that there are.
    package var choices: [StyleChoice]
    /// The pictures among ``choices``.
    package var pictures: [InputPicture]
    /// Long side of each painting in pixels; a smaller picture keeps its own.
    package var size: Int
    package var format: WrittenFormat
    package var quality: Int
    package var limits: PictureLimits
    /// Absolute path of an existing, empty folder for the sheet.
    package var outputFolder: String

    package init(
        token: WorkerToken, picture: InputPicture, folder: String, choices: [StyleChoice] = [],
        pictures: [InputPicture] = [], size: Int, format: WrittenFormat, quality: Int, limits: PictureLimits,
        outputFolder: String
    ) {
        self.token = token
        self.picture = picture
        self.folder = folder
        self.choices = choices
        self.pictures = pictures
        self.size = size
        self.format = format
        self.quality = quality
        self.limits = limits
        self.outputFolder = outputFolder
    }
}
