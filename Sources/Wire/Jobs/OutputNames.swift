import Parsing

/// Names for outputs after their inputs, each given once within a job.
package struct OutputNames {
    /// A name of 255 bytes is the most that file systems take; endings and numbers need room.
    private static let longestStem = 200
    private var given = Set<String>()

    package init() {}

    /// `holiday.jpg` becomes `holiday.annotated.jpg`; the second of that name `holiday.annotated-2.jpg`.
    ///
    /// - Parameter isFree: whether a name may be had that was not given yet.
    package mutating func next(
        for input: String, suffix: String, fileExtension: String, where isFree: (String) -> Bool = { _ in true }
    ) -> String {
        let stem = Self.stem(of: input)
        var name = "\(stem).\(suffix).\(fileExtension)"
        var number = 2
        while !isFree(name) || !given.insert(name).inserted {
            name = "\(stem).\(suffix)-\(number).\(fileExtension)"
            number += 1
        }
        return name
    }

    private static func stem(of input: String) -> String {
        let last = TextRule.parts(ofPath: input).last ?? ""
        let bare = last.lastIndex(of: ".").flatMap { $0 > last.startIndex ? String(last[..<$0]) : nil } ?? last
        var stem = String(bare.unicodeScalars.map { $0.properties.generalCategory == .control ? "_" : Character($0) })
        while stem.utf8.count > longestStem { stem.removeLast() }
        return stem.isEmpty || stem.hasPrefix(".") ? "picture" + stem : stem
    }
}
