import Parsing

extension JobTask {
    /// Reads the options of a kind as a manifest gives them: the text of one JSON object.
    ///
    /// - Throws: ``ManifestError`` with every mistake there is.
    package init(kind: JobKind, options text: some Collection<UInt8>) throws(ManifestError) {
        let node: JSONNode
        do throws(JSONSyntaxError) {
            node = try JSONParser.parse(text)
        } catch {
            throw ManifestError([ManifestMistake("options", .notJSON(reason: "\(error)"), line: error.place.line)])
        }
        var reader = ObjectReader(node, key: "options")
        let task = JobTask(kind: kind, reading: &reader)
        reader.refuseOtherKeys()
        guard reader.mistakes.isEmpty, let task else { throw ManifestError(reader.mistakes) }
        self = task
    }

    /// `nil` when there was a mistake, which the reader then holds.
    init?(kind: JobKind, reading reader: inout ObjectReader) {
        switch kind {
        case .enroll:
            guard let task = Self.enrollment(&reader) else { return nil }
            self = task
        case .verify:
            guard let task = Self.verification(&reader) else { return nil }
            self = task
        case .identify:
            self = .identify(
                Identification(
                    top: reader.integer("top", OptionRange.top), annotate: reader.bool("annotate"),
                    threshold: reader.number("threshold", OptionRange.threshold),
                    detectionScore: reader.number("detectionScore", OptionRange.detectionScore)))
        case .stylize:
            guard let task = Self.stylization(&reader) else { return nil }
            self = task
        }
    }

    private static func enrollment(_ reader: inout ObjectReader) -> JobTask? {
        let score = reader.number("detectionScore", OptionRange.detectionScore)
        guard let node = reader.required("person"), let person = reader.name(node, "person") else { return nil }
        return .enroll(Enrollment(person: person, detectionScore: score))
    }

    private static func verification(_ reader: inout ObjectReader) -> JobTask? {
        let threshold = reader.number("threshold", OptionRange.threshold)
        let score = reader.number("detectionScore", OptionRange.detectionScore)
        let claim: Verification.Claim?
        switch (reader.value("person"), reader.value("reference")) {
        case (let person?, nil): claim = reader.name(person, "person").map { .person($0) }
        case (nil, let reference?): claim = reader.path(reference, "reference").map { .reference($0) }
        case (let person?, _?):
            reader.add("person", .conflict(reason: "\"person\" and \"reference\" exclude one another"), person)
            return nil
        case (nil, nil):
            let reason = "a verification needs \"options.person\" or \"options.reference\""
            reader.add("person", .conflict(reason: reason), reader.node)
            return nil
        }
        return claim.map { .verify(Verification(claim: $0, threshold: threshold, detectionScore: score)) }
    }

    private static func stylization(_ reader: inout ObjectReader) -> JobTask? {
        let styles = reader.required("styles").flatMap { self.styles($0, &reader) }
        var options = Stylization(styles: styles ?? [])
        options.preset = reader.choice("preset", StylePreset.self)
        options.size = reader.integer("size", OptionRange.size)
        options.iterations = reader.integer("iterations", OptionRange.iterations)
        options.contentWeight = reader.number("contentWeight", OptionRange.weight)
        options.styleWeight = reader.number("styleWeight", OptionRange.weight)
        options.tvWeight = reader.number("tvWeight", OptionRange.weight)
        options.contentLayers = layers("contentLayers", &reader)
        options.styleLayers = layers("styleLayers", &reader)
        options.network = reader.choice("network", StyleNetworkName.self)
        options.optimizer = reader.choice("optimizer", StyleOptimizerName.self)
        options.learningRate = reader.number("learningRate", OptionRange.learningRate)
        options.start = reader.choice("start", StyleStart.self)
        options.seed = reader.seed("seed")
        options.lossInterval = reader.integer("lossInterval", OptionRange.iterations)
        options.preserveColors = reader.bool("preserveColors")
        options.format = reader.choice("format", PictureFormat.self)
        options.quality = reader.integer("quality", OptionRange.quality)
        return styles == nil ? nil : .stylize(options)
    }

    private static func styles(_ node: JSONNode, _ reader: inout ObjectReader) -> [StyleChoice]? {
        guard let elements = node.elements else {
            reader.add("styles", .wrongType(found: node.typeName, expected: "a list of styles"), node)
            return nil
        }
        guard OptionRange.styles.contains(elements.count) else {
            let expected = "\(OptionRange.styles.lowerBound) to \(OptionRange.styles.upperBound) of them"
            reader.add(
                "styles", .refused(value: "a list of \(elements.count) styles", expected: expected, nearest: nil), node)
            return nil
        }
        var styles: [StyleChoice] = []
        for (index, element) in elements.enumerated() {
            var styleReader = ObjectReader(element, key: "options.styles[\(index)]")
            let weight = styleReader.number("weight", OptionRange.weight) ?? 1
            switch (styleReader.value("name"), styleReader.value("picture")) {
            case (let name?, nil):
                if let name = styleReader.name(name, "name") {
                    styles.append(StyleChoice(source: .name(name), weight: weight))
                }
            case (nil, let picture?):
                if let path = styleReader.path(picture, "picture") {
                    styles.append(StyleChoice(source: .picture(path), weight: weight))
                }
            case (_?, _?), (nil, nil):
                if element.members != nil {
                    styleReader.add(
                        "name", .conflict(reason: "a style has either a \"name\" or a \"picture\""), element)
                }
            }
            styleReader.refuseOtherKeys()
            reader.add(styleReader.mistakes)
        }
        if !styles.isEmpty, styles.allSatisfy({ $0.weight == 0 }) {
            reader.add("styles", .conflict(reason: "every style has the weight 0"), node)
        }
        return styles
    }

    /// A list of names, each of weight one, or an object of names and weights.
    private static func layers(_ key: String, _ reader: inout ObjectReader) -> [String: Double]? {
        guard let node = reader.value(key) else { return nil }
        var layers: [String: Double] = [:]
        switch node.value {
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if let name = reader.name(element, "\(key)[\(index)]") { layers[name] = 1 }
            }
        case .object(let members):
            for member in members {
                layers[member.key] = reader.number(member.value, "\(key).\(member.key)", OptionRange.weight)
            }
        case .null, .bool, .number, .string:
            reader.add(
                key, .wrongType(found: node.typeName, expected: "a list of layers, or an object of weights"), node)
            return nil
        }
        if layers.isEmpty { reader.add(key, .conflict(reason: "\"options.\(key)\" names no layer"), node) }
        return layers
    }
}

/// The ranges of options, for manifests, submissions and the CLI.
package enum OptionRange {
    package static let threshold = -1.0...1.0
    package static let detectionScore = 0.05...1.0
    package static let top = 1...100
    package static let styles = 1...16
    package static let size = 64...8192
    package static let iterations = 1...100_000
    package static let weight = 0.0...1e9
    package static let learningRate = 1e-6...1e3
    package static let quality = 1...100
}
