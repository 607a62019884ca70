import Foundation
import Parsing

@testable import Gallery
@testable import Styles
@testable import Wire

extension FuzzTarget {
    static let texts = [
        refusing("json", with: JSONSyntaxError.self) { _ = try JSONParser.parse($0) },
        refusing("manifest", with: ManifestError.self) { bytes in
            let manifest = try Manifest(parsing: bytes)
            precondition(!manifest.inputs.isEmpty && manifest.inputs.count <= Manifest.inputLimit)
            // What was read can be written, and read again.
            _ = try? JobSubmission(query: JobSubmission(task: manifest.task, name: "a.jpg").queryItems())
        },
        refusing("submission", with: ReportError.self) { bytes in
            let pairs = String(decoding: bytes, as: UTF8.self).split(separator: "&").map { item in
                let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
            }
            _ = try JobSubmission(query: pairs)
        },
        refusing("style", with: StyleError.self) { _ = try StyleRecipe(json: Data($0), folder: "/styles/fuzzed") },
        refusing("gallery", with: GalleryError.self, ReportError.self) { bytes in
            for person in try GalleryExport(json: Data(bytes)).people {
                _ = try PersonName(person.name)
                for template in person.templates { _ = try template.checked(of: person.name) }
            }
        },
        refusing("settings", with: SettingsError.self) { bytes in
            guard let text = String(validating: bytes, as: UTF8.self) else { return }
            let file = SettingsResolver.File(path: "limner.yaml", text: text)
            _ = try SettingsResolver.resolve(file: file, environment: [:], flags: []).answer
        },
        refusing("report", with: JSONSyntaxError.self, DecodingError.self) { bytes in
            let report = try WireJSON.decode(Report.self, ofStranger: Data(bytes))
            // What was read is shown and written again.
            let written = try WireJSON.encode(report)
            precondition(try! WireJSON.encode(WireJSON.decode(Report.self, ofStranger: written)) == written)
        },
        refusing("request", with: JSONSyntaxError.self, DecodingError.self) { bytes in
            _ = try WireJSON.decode(GalleryQuestion.self, ofStranger: Data(bytes))
        },
        FuzzTarget(name: "names") { names(Array($0)) },
        refusing("frames", with: FrameError.self) { bytes in
            var reader = FrameReader()
            // However the stream is cut.
            for start in stride(from: 0, to: bytes.count, by: 7) {
                reader.append(bytes[start..<min(start + 7, bytes.count)])
                while let payload = try reader.next() {
                    _ = try? FrameCodec.value(WorkerMessage.self, of: payload)
                    _ = try? FrameCodec.value(WorkerRequest.self, of: payload)
                }
            }
            try reader.finish()
        },
    ]

    /// A file's name, as intake looks at it, and texts that name something.
    private static func names(_ bytes: [UInt8]) {
        _ = IgnoredNames.standard.pattern(matching: bytes)
        _ = IgnoredNames.transferred(by: bytes)
        let job = JobIdentifier(time: .distantFuture, salt: .max, name: bytes)
        precondition(JobIdentifier(job.text) == job)
        let text = String(decoding: bytes, as: UTF8.self)
        precondition(!text.printable.unicodeScalars.contains { $0.isUnprintable })
        _ = IgnoredNames(text)?.pattern(matching: bytes)
        _ = try? PersonName(text)
        _ = JobIdentifier(text)
        if let path = try? RelativePath(text) { precondition((try? RelativePath(path.description)) == path) }
        if let duration = DurationText.duration(from: text) {
            precondition(DurationText.duration(from: DurationText.text(of: duration)) == duration)
        }
    }
}
