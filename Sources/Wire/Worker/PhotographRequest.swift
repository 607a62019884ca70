import Parsing

/// Makes a photograph again of a painting that exists; answered by ``WorkerMessage/photograph(_:)``.
package struct PhotographRequest: Codable, Sendable, Equatable {
    package var token: WorkerToken
    package var painting: InputPicture
    /// The photograph that it was painted of.
    package var content: InputPicture
    /// Long side of the result in pixels, at most; absent for that of the photograph.
    package var size: Int?
    package var format: WrittenFormat
    package var quality: Int
    package var limits: PictureLimits
    /// Absolute path of an existing, empty folder for the result.
    package var outputFolder: String

    package init(
        token: WorkerToken, painting: InputPicture, content: InputPicture, size: Int?, format: WrittenFormat,
        quality: Int, limits: PictureLimits, outputFolder: String
    ) {
        self.token = token
        self.painting = painting
        self.content = content
        self.size = size
        self.format = format
        self.quality = quality
        self.limits = limits
        self.outputFolder = outputFolder
    }
}

package struct PhotographAnswer: Codable, Sendable, Equatable {
    package var token: WorkerToken
    /// The painting and the photograph.
    package var inputs: [InputFacts]
    package var output: OutputFile
    package var width: Int
    package var height: Int

    package init(token: WorkerToken, inputs: [InputFacts], output: OutputFile, width: Int, height: Int) {
        self.token = token
        self.inputs = inputs
        self.output = output
        self.width = width
        self.height = height
    }
}
