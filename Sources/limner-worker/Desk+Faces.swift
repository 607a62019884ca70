import Faces
import Gallery
import Wire

extension Desk {
    private static let annotationQuality = 90

    /// Proposes a person's templates from the job's photographs, each with exactly one face; all or none. What the
    /// gallery makes of them is known to whoever commits the job.
    func enroll(_ task: JobTask, _ record: inout JobRecord) throws {
        let options = try resolved(task)
        let person = try PersonName(options.person ?? "")
        let pictures = try record.pictures()
        let reader = try loadReader(&record)
        let model = reader.embedder.model
        let check =
            options.doubts == .accept
            ? nil
            : EnrolmentCheck(
                index: try studio.gallery.searchIndexIfAny(of: model), recognition: reader.embedder.recognition)
        let enrolment = try timingFaces(reader, &record) {
            try Enroller(reader: reader, check: check)
                .propose(
                    pictures.map { ($0.file, $0.sha256) }, as: person, minimumScore: Float(options.detectionScore),
                    minimumQuality: Float(options.minimumQuality)
                ) { index in
                    try progress(Double(index) / Double(pictures.count), "enrolling", detail: pictures[index].name)
                }
        }
        record.changes = [.enroll(enrolment.proposal)]
        record.finish(
            options,
            .enroll(
                EnrollmentResult(
                    person: person.text, enrolled: enrolment.enrolled, templates: enrolment.enrolled.count)))
    }

    /// Compares the job's photographs with a person's templates or with a reference picture.
    func verify(_ task: JobTask, _ record: inout JobRecord) throws {
        let options = try resolved(task)
        let score = Float(options.detectionScore)
        let rule = DecisionRule(threshold: options.threshold, minimumQuality: Float(options.minimumQuality))
        let pictures = try record.pictures()
        let reference = record.inputs(.reference).first
        let reader = try loadReader(&record)
        let verifier = Verifier(reader: reader)
        var result: VerificationResult
        var readings: [FaceReading] = []
        let check: (JobInput) throws -> VerificationResult.Probe
        if let path = options.reference {
            guard let reference else {
                throw ReportError(code: .pictureMissing, message: "The reference picture '\(path)' did not come along.")
            }
            result = VerificationResult(reference: reference.name, probes: [])
            check = {
                try verifier.verify($0.file, against: reference.file, rule: rule, minimumScore: score)
            }
        } else {
            let person = try PersonName(options.person ?? "")
            let gallery = studio.gallery
            result = VerificationResult(person: person.text, probes: [])
            check = {
                try verifier.verify($0.file, is: person, in: gallery, rule: rule, minimumScore: score) {
                    readings.append($0)
                }
            }
        }
        result.probes = try timingFaces(reader, &record) { try each(pictures, "verifying", check) }
        for (place, (picture, reading)) in zip(pictures, readings).enumerated() {
            let decision = result.probes[place].comparison.decision
            result.probes[place].number = record.see(
                reading, of: picture, decision, decision == .match ? result.person : nil)
        }
        record.finish(options, .verify(result))
    }

    /// Names every face of the job's photographs, or says that it is a stranger's.
    func identify(_ task: JobTask, _ record: inout JobRecord) throws {
        let options = try resolved(task)
        let pictures = try record.pictures()
        let reader = try loadReader(&record)
        let identifier = Identifier(reader: reader, gallery: studio.gallery)
        let rule = DecisionRule(
            threshold: options.threshold, fpir: options.fpir, minimumQuality: Float(options.minimumQuality))
        var result = IdentificationResult(people: 0, templates: 0, pictures: [])
        result.pictures = try each(pictures, "identifying") { picture in
            var answer = try timingFaces(reader, &record) {
                try identifier.identify(
                    picture.file, rule: rule, top: options.top,
                    minimumScore: Float(options.detectionScore))
            }
            (result.people, result.templates, result.promise) = (answer.people, answer.templates, answer.promise)
            answer.faces = zip(answer.faces, answer.readings).map { face, reading in
                var face = face
                face.number = reading.map {
                    record.see(
                        $0, of: picture, face.decision, face.person, cosine: face.candidates.first?.cosine,
                        revision: answer.revision)
                }
                return face
            }
            var photograph = IdentificationResult.Photograph(input: picture.name, faces: answer.faces)
            if options.annotate != .off {
                let bytes = try record.stopwatch.measure("annotating") {
                    return try AnnotatedPicture.draw(
                        answer, on: picture.file.decode(), longSide: options.annotate.longestSide
                    )
                    .encodeJPEG(quality: Self.annotationQuality)
                }
                photograph.annotated = try record.write(bytes, after: picture, suffix: "annotated", format: .jpeg)
                if let names = AnnotatedPicture.names(of: answer) {
                    photograph.names = try record.write(names, after: picture, suffix: "names")
                }
            }
            return photograph
        }
        record.finish(options, .identify(result))
    }

    private func loadReader(_ record: inout JobRecord) throws -> FaceReader {
        let reader = try record.stopwatch.measure("loading") { try studio.faceReader() }
        record.models = try studio.faceModels()
        return reader
    }

    /// Adds the reader's own stages to the job's, also when `body` throws.
    private func timingFaces<Value>(
        _ reader: FaceReader, _ record: inout JobRecord, _ body: () throws -> Value
    ) throws -> Value {
        _ = reader.takeTimings()
        defer {
            let timings = reader.takeTimings()
            record.stopwatch.add(seconds: timings.decode / 1e3, to: "decoding")
            record.stopwatch.add(seconds: timings.detect / 1e3, to: "detecting")
            record.stopwatch.add(seconds: timings.align / 1e3, to: "aligning")
            record.stopwatch.add(seconds: timings.embed / 1e3, to: "embedding")
        }
        return try body()
    }
}

extension JobRecord {
    /// Keeps a face that was read for the gallery.
    ///
    /// - Parameters:
    ///   - cosine: to the nearest candidate.
    ///   - revision: of the gallery of which everybody was asked; nil when one person was.
    /// - Returns: its number.
    fileprivate mutating func see(
        _ reading: FaceReading, of picture: JobInput, _ decision: FaceDecision, _ person: String?,
        cosine: Double? = nil,
        revision: Int? = nil
    ) -> Int {
        let number = faces.count + 1
        faces.append(
            SeenFace(
                number: number, picture: picture.name,
                face: NewTemplate(template: reading.template, quality: reading.quality, source: picture.sha256),
                decision: decision, person: person, cosine: cosine, revision: revision))
        return number
    }
}
