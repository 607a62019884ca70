import Pictures
import Styles
import Wire

extension Desk {
    /// By so much of a side a painting's may be other than its photograph's, made as large.
    private static let aspectSlack = 0.01

    /// A painting that exists, made a photograph again by the one that it was painted of.
    ///
    /// - Throws: `PictureError`; ``ReportError`` `option-invalid` for pictures of two shapes, and what ``OutputFolder`` throws.
    func photograph(_ request: PhotographRequest) throws -> PhotographAnswer {
        try progress(0, "reading", detail: request.content.name)
        let painting = try JobInput(request.painting, limits: request.limits)
        let content = try JobInput(request.content, limits: request.limits)
        try Self.check(painting, isOf: content)
        let longSide = min(request.size ?? .max, content.header.size.longSide)
        let painted = try painting.file.decode()
        let photograph = try content.file.decode(scale: .covering(longSide: longSide))
        try progress(0.2, "smoothing", detail: request.painting.name)
        let picture = studio.stylizer.photograph(
            of: painted, content: photograph, longSide: longSide, format: request.format)
        try progress(0.95, "writing")
        let bytes = try picture.encoded(
            request.format, quality: request.quality, isDeep: content.header.depth > 8)
        let output = try OutputFolder(path: request.outputFolder)
            .write(bytes, to: "photograph.\(request.format.fileExtension)")
        return PhotographAnswer(
            token: token, inputs: [painting.facts, content.facts], output: output, width: picture.width,
            height: picture.height)
    }

    private static func check(_ painting: JobInput, isOf content: JobInput) throws(ReportError) {
        let (size, whole) = (painting.header.size, content.header.size)
        let expected = whole.fitted(longSide: size.longSide)
        // A small painting's sides are rounded to whole pixels.
        func isNear(_ side: Int, _ other: Int) -> Bool {
            Double(abs(side - other)) <= max(1, aspectSlack * Double(other))
        }
        if isNear(size.width, expected.width), isNear(size.height, expected.height) { return }
        throw ReportError(
            code: .optionInvalid,
            message: "\(painting.name) has \(size.width) × \(size.height) pixels and \(content.name) "
                + "\(whole.width) × \(whole.height): they are not of one shape.",
            hint: "Name the photograph that it was painted of, cut as it was.")
    }
}
