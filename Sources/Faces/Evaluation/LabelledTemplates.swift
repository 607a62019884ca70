import Wire

/// Templates of people whose names are known, to measure on: what a folder of people comes to.
package struct LabelledTemplates: Sendable, Equatable {
    package struct Person: Sendable, Equatable {
        package var name: String
        /// Unit vectors, one a picture.
        package var templates: [[Float]]
        /// What the pictures are called, in the order of `templates`.
        package var pictures: [String]

        package init(name: String, templates: [[Float]], pictures: [String]) {
            precondition(
                templates.count == pictures.count,
                "\(templates.count) templates of \(pictures.count) pictures of \(name)")
            self.name = name
            self.templates = templates
            self.pictures = pictures
        }

        package init(name: String, photographs: [(picture: String, template: Template)]) {
            self.init(
                name: name, templates: photographs.map(\.template.features), pictures: photographs.map(\.picture))
        }
    }

    package private(set) var people: [Person]

    /// - Precondition: all templates are equally long.
    package init(people: [Person]) {
        let lengths = Set(people.flatMap { $0.templates.map(\.count) })
        precondition(lengths.count <= 1, "templates of \(lengths.sorted()) numbers cannot be compared")
        self.people = people
    }

    package var pictureCount: Int { people.reduce(0) { $0 + $1.templates.count } }
    /// People of whom two pictures can be compared.
    package var comparable: Int { people.count { $0.templates.count >= 2 } }
    /// How many numbers a template has; 0 without any.
    package var dimensions: Int { people.lazy.compactMap(\.templates.first).first?.count ?? 0 }

    /// Everybody's templates one after the other.
    var rows: TemplateRows { TemplateRows(people.flatMap(\.templates)) }

    /// The first row of every person, and one more: the number of rows.
    var bounds: [Int] { people.reduce(into: [0]) { $0.append($0.last! + $1.templates.count) } }

    /// The person and picture of a row.
    func place(of row: Int) -> (person: String, picture: String) {
        var row = row
        for person in people {
            if row < person.pictures.count { return (person.name, person.pictures[row]) }
            row -= person.pictures.count
        }
        preconditionFailure("row \(row) beyond the last of \(pictureCount)")
    }
}

/// Unit vectors, each filled up with zeros to whole vectors of the processor, to be multiplied with each other.
struct TemplateRows: Sendable {
    let count: Int
    private let width: Int
    private let values: [SIMD16<Float>]

    init(_ vectors: [[Float]]) {
        count = vectors.count
        let width = ((vectors.first?.count ?? 0) + 15) / 16
        self.width = width
        var values = [SIMD16<Float>](repeating: .zero, count: vectors.count * width)
        for (row, vector) in vectors.enumerated() {
            for (index, value) in vector.enumerated() { values[row * width + index / 16][index % 16] = value }
        }
        self.values = values
    }

    func cosine(_ left: Int, _ right: Int) -> Float {
        var sums = SIMD16<Float>.zero
        values.withUnsafeBufferPointer { values in
            let (a, b) = (left * width, right * width)
            for index in 0..<width { sums.addProduct(values[a + index], values[b + index]) }
        }
        return sums.sum()
    }
}
