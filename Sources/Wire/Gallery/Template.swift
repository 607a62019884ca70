import struct Foundation.Data

/// Which network made a template; templates of different networks cannot be compared.
package struct TemplateModel: Codable, Hashable, Sendable {
    /// For people: `sface-2021dec`.
    package let name: String
    /// Of the model file as it was published, 64 lower-case hexadecimal digits; this alone decides identity.
    package let sha256: String

    package init(name: String, sha256: String) {
        self.name = name
        self.sha256 = sha256
    }

    package static func == (left: TemplateModel, right: TemplateModel) -> Bool { left.sha256 == right.sha256 }
    package func hash(into hasher: inout Hasher) { hasher.combine(sha256) }
}

/// What is kept of a face: a unit vector in the space of one embedding network (SFace: 128 numbers).
package struct Template: Equatable, Sendable {
    /// Euclidean length 1.
    package let features: [Float]
    package let model: TemplateModel

    /// Scales `features` to length 1.
    ///
    /// - Returns: nil when the vector is empty, zero, or holds a number that is not finite.
    package init?(normalising features: [Float], model: TemplateModel) {
        let squared = features.reduce(0.0) { $0 + Double($1) * Double($1) }
        guard squared.isFinite, squared > 0 else { return nil }
        let length = squared.squareRoot()
        self.features = features.map { Float(Double($0) / length) }
        self.model = model
    }

    /// - Precondition: both templates are of one model.
    package func similarity(to other: Template) -> Similarity {
        precondition(model == other.model, "templates of \(model) and \(other.model) cannot be compared")
        var dot = 0.0
        for (left, right) in zip(features, other.features) { dot += Double(left) * Double(right) }
        return Similarity(cosine: Float(dot))
    }
}

/// How alike two templates of one model are.
package struct Similarity: Codable, Comparable, Sendable {
    /// Cosine of the angle between the templates, in −1…1; 1 is the same picture.
    package let cosine: Float

    package init(cosine: Float) {
        self.cosine = min(max(cosine, -1), 1)
    }

    /// Euclidean distance between the unit vectors, in 0…2: √(2 − 2·cosine).
    package var distance: Float { (2 - 2 * cosine).squareRoot() }

    package static func < (left: Similarity, right: Similarity) -> Bool { left.cosine < right.cosine }
}

/// Features as stored: little-endian float32, one after the other.
package enum TemplateBlob {
    package static func encode(_ features: [Float]) -> Data {
        var data = Data(capacity: 4 * features.count)
        for feature in features {
            withUnsafeBytes(of: feature.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        return data
    }

    /// - Returns: nil when the bytes are no whole number of floats, or none.
    package static func decode(_ data: Data) -> [Float]? {
        guard !data.isEmpty, data.count.isMultiple(of: 4) else { return nil }
        return data.withUnsafeBytes { bytes in
            (0..<data.count / 4).map { index in
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
            }
        }
    }
}
