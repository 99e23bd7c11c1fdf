//! The stack machine, without anything that could act: it builds, remembers and records.

use std::io::BufRead;

use super::source::Source;
use super::{Call, How, Item, Limits, List, Object, ObjectId, Pickle, PickleError, Problem, text};

/// Size of a reference or a number in memory.
const ITEM: u64 = size_of::<Item>() as u64;

/// Reads one pickle. What follows it in the stream is left there.
///
/// Time and memory are linear in the file. The error names the byte at which the pickle stops making sense, or what it
/// wants that this reader never does.
pub fn parse(reader: impl BufRead, limits: Limits) -> Result<Pickle, PickleError> {
    let mut machine = Machine {
        source: Source::new(reader),
        limits,
        objects: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: Vec::new(),
        bytes: 0,
    };
    loop {
        let at = machine.source.at;
        match machine.step() {
            Ok(None) => {}
            Ok(Some(root)) => {
                let size = machine.source.at;
                return Ok(Pickle { objects: machine.objects, size, limits, root });
            }
            Err(problem) => return Err(PickleError { at, problem }),
        }
    }
}

struct Machine<R> {
    source: Source<R>,
    limits: Limits,
    objects: Vec<Object>,
    stack: Vec<Item>,
    /// Heights of the stack at which marks lie.
    marks: Vec<usize>,
    memo: Vec<Option<Item>>,
    /// Bytes held by objects.
    bytes: u64,
}

impl<R: BufRead> Machine<R> {
    /// One instruction; the value of the pickle at its end.
    fn step(&mut self) -> Result<Option<Item>, Problem> {
        match self.source.byte()? {
            b'.' => return self.pop().map(Some),
            0x80 => match self.source.byte()? {
                0..=5 => {}
                newer => return Err(Problem::Protocol(newer)),
            },
            0x95 => self.source.array::<8>().map(drop)?,
            opcode @ (b'(' | b'0' | b'1' | b'2') => self.shuffle(opcode)?,
            opcode @ (b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j') => self.remember(opcode)?,
            opcode @ (b']' | b'}' | b')' | 0x8f | b'l' | b'd' | b't' | 0x85..=0x87 | 0x91) => {
                self.collect(opcode)?;
            }
            opcode @ (b'a' | b'e' | b's' | b'u' | 0x90) => self.fill(opcode)?,
            opcode @ (b'c' | 0x93 | b'R' | b'b' | 0x81 | 0x92 | b'i' | b'o') => self.record(opcode)?,
            b'P' | b'Q' => return Err(Problem::Outside("persistent ids")),
            0x82..=0x84 => return Err(Problem::Outside("codes of the extension registry")),
            0x97 | 0x98 => return Err(Problem::Outside("out-of-band buffers")),
            opcode => self.literal(opcode)?,
        }
        Ok(None)
    }

    /// Numbers, texts and bytes.
    fn literal(&mut self, opcode: u8) -> Result<(), Problem> {
        let item = match opcode {
            b'N' => Item::None,
            0x88 => Item::Bool(true),
            0x89 => Item::Bool(false),
            b'I' => match self.source.word()?.as_str() {
                "00" => Item::Bool(false),
                "01" => Item::Bool(true),
                word => text::decimal(word)?,
            },
            b'L' => text::decimal(&self.source.word()?)?,
            b'F' => text::float(&self.source.word()?)?,
            b'J' => Item::Int(i32::from_le_bytes(self.source.array()?).into()),
            b'K' => Item::Int(self.source.byte()?.into()),
            b'M' => Item::Int(u16::from_le_bytes(self.source.array()?).into()),
            b'G' => Item::Float(f64::from_be_bytes(self.source.array()?)),
            0x8a | 0x8b => {
                let n = self.length(if opcode == 0x8a { 1 } else { 4 })?;
                let bytes = self.take(n)?;
                match text::integer(bytes) {
                    Ok(number) => Item::Int(number),
                    Err(object) => self.new_object(object, n)?,
                }
            }
            b'S' => {
                let line = self.source.line()?;
                let bytes = text::quoted(&line)?;
                let n = bytes.len() as u64;
                self.new_object(Object::Bytes(bytes), n)?
            }
            b'V' => {
                let line = self.source.line()?;
                let text = text::raw_unicode(&line)?;
                let n = text.len() as u64;
                self.new_object(Object::Text(text), n)?
            }
            opcode => return self.sized(opcode),
        };
        self.push(item)
    }

    /// Texts and bytes that say their length.
    fn sized(&mut self, opcode: u8) -> Result<(), Problem> {
        let (width, is_text) = match opcode {
            0x8c => (1, true),
            b'X' => (4, true),
            0x8d => (8, true),
            b'U' | b'C' => (1, false),
            b'T' | b'B' => (4, false),
            0x8e | 0x96 => (8, false),
            _ => return Err(Problem::Opcode(opcode)),
        };
        let n = self.length(width)?;
        let bytes = self.take(n)?;
        let object = if is_text { Object::Text(text::utf8(bytes)) } else { Object::Bytes(bytes) };
        let item = self.new_object(object, n)?;
        self.push(item)
    }

    /// A length of 1, 4 or 8 bytes, little-endian.
    fn length(&mut self, width: usize) -> Result<u64, Problem> {
        match width {
            1 => self.source.byte().map(u64::from),
            4 => self.source.array().map(|bytes| u32::from_le_bytes(bytes).into()),
            _ => self.source.array().map(u64::from_le_bytes),
        }
    }

    /// Bytes that an object will hold, refused before they are read if there are too many.
    fn take(&mut self, n: u64) -> Result<Vec<u8>, Problem> {
        self.spend(n)?;
        self.bytes -= n;
        self.source.bytes(n)
    }

    fn spend(&mut self, bytes: u64) -> Result<(), Problem> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.bytes {
            return Err(Problem::Limit(self.limits.bytes, "bytes"));
        }
        Ok(())
    }

    fn new_object(&mut self, object: Object, bytes: u64) -> Result<Item, Problem> {
        self.spend(bytes.saturating_add(size_of::<Object>() as u64))?;
        let id = u32::try_from(self.objects.len()).ok().filter(|id| *id < self.limits.objects);
        let id = id.ok_or(Problem::Limit(self.limits.objects.into(), "objects"))?;
        self.objects.push(object);
        Ok(Item::Object(ObjectId(id)))
    }

    fn push(&mut self, item: Item) -> Result<(), Problem> {
        if self.stack.len() as u64 * ITEM >= self.limits.bytes {
            return Err(Problem::Limit(self.limits.bytes, "bytes"));
        }
        self.stack.push(item);
        Ok(())
    }

    /// The topmost value, not looking behind the last mark.
    fn pop(&mut self) -> Result<Item, Problem> {
        if self.marks.last().is_some_and(|mark| self.stack.len() <= *mark) {
            return Err(Problem::Stack);
        }
        self.stack.pop().ok_or(Problem::Stack)
    }

    fn top(&self) -> Result<Item, Problem> {
        let floor = self.marks.last().copied().unwrap_or_default();
        self.stack.get(floor..).and_then(|above| above.last()).copied().ok_or(Problem::Stack)
    }

    /// Everything above the last mark, which goes too.
    fn pop_mark(&mut self) -> Result<Vec<Item>, Problem> {
        let mark = self.marks.pop().ok_or(Problem::Mark)?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn shuffle(&mut self, opcode: u8) -> Result<(), Problem> {
        match opcode {
            b'(' => {
                if self.marks.len() >= self.limits.depth {
                    return Err(Problem::Limit(self.limits.depth as u64, "open marks"));
                }
                self.marks.push(self.stack.len());
                Ok(())
            }
            // POP takes a mark if one is on top.
            b'0' if self.marks.last() == Some(&self.stack.len()) => {
                self.marks.pop();
                Ok(())
            }
            b'0' => self.pop().map(drop),
            b'1' => self.pop_mark().map(drop),
            _ => self.top().and_then(|top| self.push(top)),
        }
    }

    fn remember(&mut self, opcode: u8) -> Result<(), Problem> {
        let index = match opcode {
            b'p' | b'g' => {
                let word = self.source.word()?;
                word.trim().parse().map_err(|_| Problem::Malformed(word, "memo entry"))?
            }
            b'q' | b'h' => self.length(1)?,
            b'r' | b'j' => self.length(4)?,
            _ => self.memo.len() as u64,
        };
        let slot = usize::try_from(index).map_err(|_| Problem::Memo(index))?;
        if matches!(opcode, b'g' | b'h' | b'j') {
            let item = self.memo.get(slot).copied().flatten().ok_or(Problem::Memo(index))?;
            return self.push(item);
        }
        // Python numbers entries one after the other; an entry far off would only cost memory.
        let allowed = u64::from(self.limits.objects).min(self.memo.len() as u64 * 2 + 1024);
        if index >= allowed {
            return Err(Problem::Limit(allowed, "memo entries"));
        }
        if slot >= self.memo.len() {
            self.spend((slot + 1 - self.memo.len()) as u64 * ITEM)?;
            self.memo.resize(slot + 1, None);
        }
        self.memo[slot] = Some(self.top()?);
        Ok(())
    }

    /// New collections: empty ones, and ones of what lies above the mark or on top.
    fn collect(&mut self, opcode: u8) -> Result<(), Problem> {
        let items = match opcode {
            b']' | b'}' | b')' | 0x8f => Vec::new(),
            0x85..=0x87 => {
                let n = usize::from(opcode - 0x84);
                let mut items = Vec::with_capacity(n);
                for _ in 0..n {
                    items.push(self.pop()?);
                }
                items.reverse();
                items
            }
            _ => self.pop_mark()?,
        };
        let bytes = items.len() as u64 * ITEM;
        let object = match opcode {
            b']' | b'l' => Object::List(List::of(items)),
            b'}' | b'd' => Object::Dict(pairs(items)?),
            0x8f | 0x91 => Object::Set(items),
            _ => Object::Tuple(items),
        };
        let item = self.new_object(object, bytes)?;
        self.push(item)
    }

    /// Adds to the collection, or to the recorded call, below.
    fn fill(&mut self, opcode: u8) -> Result<(), Problem> {
        let items = match opcode {
            b'a' => vec![self.pop()?],
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.pop_mark()?,
        };
        let target = self.top()?;
        self.spend(items.len() as u64 * ITEM)?;
        let found = match target {
            Item::Object(ObjectId(id)) => self.objects.get_mut(id as usize),
            _ => None,
        };
        match (opcode, found) {
            (b'a' | b'e', Some(Object::List(list))) => {
                // What was counted as references may take half of it as floats.
                let before = items.len() as u64;
                if list.extend(items) {
                    self.bytes -= before * (ITEM - size_of::<f64>() as u64);
                }
            }
            (b'a' | b'e', Some(Object::Call(call))) => call.appended.extend(items),
            (b's' | b'u', Some(Object::Dict(entries))) => entries.extend(pairs(items)?),
            (b's' | b'u', Some(Object::Call(call))) => call.entries.extend(pairs(items)?),
            (0x90, Some(Object::Set(set))) => set.extend(items),
            _ => {
                let wanted = match opcode {
                    b'a' | b'e' => "list",
                    0x90 => "set",
                    _ => "dict",
                };
                return Err(self.kind(wanted, target));
            }
        }
        Ok(())
    }

    /// Names and calls: recorded, never followed.
    fn record(&mut self, opcode: u8) -> Result<(), Problem> {
        let item = match opcode {
            b'c' => {
                let (module, name) = (self.source.word()?, self.source.word()?);
                self.global(module, name)?
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (module, name) = (self.text_of(module)?, self.text_of(name)?);
                self.global(module, name)?
            }
            b'b' => return self.build(),
            b'i' => {
                let (module, name) = (self.source.word()?, self.source.word()?);
                let callable = self.global(module, name)?;
                let arguments = self.pop_mark()?;
                self.call(How::Reduce, callable, arguments)?
            }
            b'o' => {
                let mut arguments = self.pop_mark()?;
                if arguments.is_empty() {
                    return Err(Problem::Stack);
                }
                let callable = arguments.remove(0);
                self.call(How::Reduce, callable, arguments)?
            }
            _ => {
                let keywords = if opcode == 0x92 { Some(self.pop()?) } else { None };
                let (arguments, callable) = (self.pop()?, self.pop()?);
                if !matches!(self.object(arguments), Some(Object::Tuple(_))) {
                    return Err(self.kind("tuple", arguments));
                }
                let how = if opcode == b'R' { How::Reduce } else { How::New };
                self.recorded(how, callable, arguments, keywords)?
            }
        };
        self.push(item)
    }

    /// BUILD: what the object's `__setstate__` would get.
    fn build(&mut self) -> Result<(), Problem> {
        let (state, target) = (self.pop()?, self.top()?);
        let found = match target {
            Item::Object(ObjectId(id)) => self.objects.get_mut(id as usize),
            _ => None,
        };
        match found {
            Some(Object::Call(call)) => {
                call.state = Some(state);
                Ok(())
            }
            _ => Err(self.kind("recorded call", target)),
        }
    }

    fn global(&mut self, module: String, name: String) -> Result<Item, Problem> {
        let bytes = (module.len() + name.len()) as u64;
        self.new_object(Object::Global { module, name }, bytes)
    }

    fn call(&mut self, how: How, callable: Item, arguments: Vec<Item>) -> Result<Item, Problem> {
        let bytes = arguments.len() as u64 * ITEM;
        let arguments = self.new_object(Object::Tuple(arguments), bytes)?;
        self.recorded(how, callable, arguments, None)
    }

    fn recorded(
        &mut self,
        how: How,
        callable: Item,
        arguments: Item,
        keywords: Option<Item>,
    ) -> Result<Item, Problem> {
        if !matches!(self.object(callable), Some(Object::Global { .. })) {
            return Err(self.kind("name", callable));
        }
        let call = Call {
            callable,
            arguments,
            keywords,
            how,
            state: None,
            appended: Vec::new(),
            entries: Vec::new(),
        };
        self.new_object(Object::Call(Box::new(call)), size_of::<Call>() as u64)
    }

    fn object(&self, item: Item) -> Option<&Object> {
        match item {
            Item::Object(ObjectId(id)) => self.objects.get(id as usize),
            _ => None,
        }
    }

    fn text_of(&self, item: Item) -> Result<String, Problem> {
        match self.object(item) {
            Some(Object::Text(text)) => Ok(text.clone()),
            _ => Err(self.kind("text", item)),
        }
    }

    fn kind(&self, wanted: &'static str, item: Item) -> Problem {
        let found = match self.object(item) {
            Some(Object::Text(_)) => "a text",
            Some(Object::Tuple(_)) => "a tuple",
            Some(Object::List(_)) => "a list",
            Some(Object::Dict(_)) => "a dict",
            Some(Object::Set(_)) => "a set",
            Some(Object::Global { .. }) => "a name",
            Some(Object::Call(_)) => "a recorded call",
            Some(Object::BigInt(_) | Object::Bytes(_)) => "bytes",
            None => "a plain value",
        };
        Problem::Kind { wanted, found: found.to_owned() }
    }
}

/// Keys and values that follow one another.
fn pairs(items: Vec<Item>) -> Result<Vec<(Item, Item)>, Problem> {
    let (pairs, rest) = items.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Problem::Stack);
    }
    Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
}

impl List {
    fn of(items: Vec<Item>) -> Self {
        let mut list = Self::Items(Vec::new());
        list.extend(items);
        list
    }

    /// Adds elements; tells whether they are stored as plain floats.
    fn extend(&mut self, items: Vec<Item>) -> bool {
        let floats: Option<Vec<f64>> = items
            .iter()
            .map(|item| match item {
                Item::Float(number) => Some(*number),
                _ => None,
            })
            .collect();
        match (&mut *self, floats) {
            (_, Some(floats)) if floats.is_empty() => return false,
            (Self::Items(known), Some(floats)) if known.is_empty() => *self = Self::Floats(floats),
            (Self::Floats(known), Some(floats)) => known.extend(floats),
            (Self::Items(known), _) => {
                known.extend(items);
                return false;
            }
            (Self::Floats(known), None) => {
                let mixed = known.iter().map(|number| Item::Float(*number)).chain(items).collect();
                *self = Self::Items(mixed);
                return false;
            }
        }
        true
    }
}
