import Pictures

/// Where the labels of faces go: at their own and near no other, on no face at all, and on no other label.
struct LabelPlacement {
    let size: PixelSize
    /// The boxes of all faces.
    let faces: [PixelRect]
    private(set) var labels: [PixelRect] = []

    init(size: PixelSize, faces: [PixelRect]) {
        self.size = size
        self.faces = faces
    }

    /// Takes a place for a label of a size beside a face; nil when none is free.
    mutating func place(_ label: PixelSize, at face: PixelRect) -> PixelRect? {
        // Half a line away from another's box it could be that one's, too.
        let near = label.height / 2
        let place = places(label, face).first { rect in
            rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= size.width && rect.y + rect.height <= size.height
                && !faces.contains { $0.meets($0 == face ? rect : rect.grown(by: near)) }
                && !labels.contains { $0.meets(rect) }
        }
        if let place { labels.append(place) }
        return place
    }

    /// Above, below and at the sides of the box, touching it: flush left, flush right, and pushed into the picture.
    private func places(_ label: PixelSize, _ face: PixelRect) -> [PixelRect] {
        let lefts = [face.x, face.x + face.width - label.width, min(max(face.x, 0), size.width - label.width)]
        func row(_ y: Int) -> [PixelRect] {
            lefts.map { PixelRect(x: $0, y: y, width: label.width, height: label.height) }
        }
        let sides = [face.y, face.y + face.height - label.height].flatMap { y in
            [face.x + face.width, face.x - label.width].map {
                PixelRect(x: $0, y: y, width: label.width, height: label.height)
            }
        }
        return row(face.y - label.height) + row(face.y + face.height) + sides
    }
}

extension PixelRect {
    func grown(by margin: Int) -> PixelRect {
        PixelRect(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
    }

    /// Whether the two have a pixel in common.
    func meets(_ other: PixelRect) -> Bool {
        x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
    }
}
