extension Orientation {
    /// Reads the orientation out of an XMP packet (ISO 16684-1), or one behind the name of a JPEG's segment: a property of the
    /// picture, an attribute or an element, however RDF and XML spell it. What comments, instructions and descriptions of other
    /// pictures hold is none.
    ///
    /// Nil when the packet lacks the property, or gives it a value that the standard does not know. The cost is linear in the
    /// bytes.
    package init?(xmp bytes: some Collection<UInt8>) {
        let isNamed = bytes.starts(with: Self.xmpSegmentName)
        var reader = XMLReader(bytes.dropFirst(isNamed ? Self.xmpSegmentName.count : 0))
        var properties = XMPProperties()
        while let token = reader.next() {
            guard let orientation = properties.orientation(in: token).flatMap(Self.init(xmpValue:)) else { continue }
            self = orientation
            return
        }
        return nil
    }

    package static let xmpSegmentName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

    /// A number, with white space around it.
    private init?(xmpValue text: ArraySlice<UInt8>) {
        guard let first = text.firstIndex(where: { !XMLReader.isSpace($0) }),
            let last = text.lastIndex(where: { !XMLReader.isSpace($0) }),
            let number = Int(String(decoding: text[first...last], as: UTF8.self))
        else { return nil }
        self.init(rawValue: number)
    }
}

/// Which texts of an XMP packet are values of the picture's `tiff:Orientation`.
private struct XMPProperties {
    private enum Element { case description, orientation, value, other }

    private static let namespace = Array("http://ns.adobe.com/tiff/1.0/".utf8)

    /// Elements that are open, and how many of the first two kinds are among them.
    private var open: [Element] = []
    private var descriptions = 0
    private var orientations = 0
    /// Prefixes last declared for the namespace; an undeclared `tiff` means it, too.
    private var prefixes: Set = ["tiff"]

    /// The value that a token holds, if any.
    mutating func orientation(in token: XMLReader.Token) -> ArraySlice<UInt8>? {
        switch token {
        case .opening(let name, let attributes, let isEmpty):
            declare(attributes)
            let element = element(name)
            let value = attributes.first { isValue($0.name, of: element) }
            if !isEmpty {
                open.append(element)
                count(element, 1)
            }
            return value?.text
        case .closing:
            if let element = open.popLast() { count(element, -1) }
            return nil
        case .text(let text):
            return open.last == .orientation || (open.last == .value && orientations > 0) ? text : nil
        }
    }

    private mutating func count(_ element: Element, _ change: Int) {
        if element == .description { descriptions += change }
        if element == .orientation { orientations += change }
    }

    private mutating func declare(_ attributes: [XMLReader.Attribute]) {
        for attribute in attributes where attribute.name.prefix == "xmlns" {
            if attribute.text.elementsEqual(Self.namespace) {
                prefixes.insert(attribute.name.local)
            } else {
                prefixes.remove(attribute.name.local)
            }
        }
    }

    /// A property of the picture stands in the outermost description: one inside it describes another picture, or is a value.
    private func element(_ name: XMLReader.Name) -> Element {
        switch name.local {
        case "Description": .description
        case "value": .value
        case _ where isOrientation(name) && open.last == .description && descriptions == 1: .orientation
        default: .other
        }
    }

    private func isValue(_ attribute: XMLReader.Name, of element: Element) -> Bool {
        switch element {
        case .description where descriptions == 0: isOrientation(attribute)
        case .description: orientations > 0 && attribute.local == "value"
        case .orientation: attribute.local == "value"
        default: false
        }
    }

    private func isOrientation(_ name: XMLReader.Name) -> Bool {
        name.local == "Orientation" && prefixes.contains(name.prefix)
    }
}
