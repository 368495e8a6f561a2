/**
 * What stands in an outline, for each grammar: patterns of tree-sitter's query language, as in the `tags.scm` of its
 * grammars. `@name` is the name; the other capture is what is named, and its kind.
 */
export interface Grammar {
  /** `tree-sitter-NAME.wasm` of the package. */
  readonly name: string
  readonly patterns: string
  /** Its macros look like what they are not: with a block like a function in a function, before a name like a scope. */
  readonly hasMacros?: boolean
}

const c: Grammar = {
  name: 'cpp',
  hasMacros: true,
  // A declarator may be wrapped in others, for pointers and the like: the name is looked for in it.
  patterns: `
    (namespace_definition name: (_) @name) @namespace
    (class_specifier name: (_) @name body: (_)) @class
    (struct_specifier name: (_) @name body: (_)) @struct
    (union_specifier name: (_) @name body: (_)) @union
    (enum_specifier name: (_) @name body: (_)) @enum
    (type_definition declarator: (_) @name) @type
    (alias_declaration name: (_) @name) @type
    (concept_definition name: (_) @name) @concept
    (function_definition declarator: (_) @name) @function
    (preproc_function_def name: (_) @name) @macro
    (preproc_def name: (_) @name value: (_)) @macro
    (field_declaration_list (declaration declarator: (function_declarator) @name) @prototype)
    (field_declaration declarator: (function_declarator) @name) @prototype
    (field_declaration declarator: (_ (function_declarator)) @name) @prototype
    (_ !parameters [
      (declaration declarator: (function_declarator declarator: (identifier)) @name)
      (declaration declarator: (_ (function_declarator declarator: (identifier))) @name)
    ] @prototype)`,
}

const javascript = `
    (function_declaration name: (_) @name) @function
    (generator_function_declaration name: (_) @name) @function
    (class_declaration name: (_) @name) @class
    (method_definition name: (_) @name) @method
    (variable_declarator name: (identifier) @name
      value: [(arrow_function) (function_expression) (generator_function)]) @function
    (variable_declarator name: (identifier) @name value: (class)) @class
    (assignment_expression left: (member_expression property: (_) @name)
      right: [(arrow_function) (function_expression) (generator_function)]) @function
    (pair key: (_) @name value: [(function_expression) (generator_function)]) @method`

const typescript = `${javascript}
    (abstract_class_declaration name: (_) @name) @class
    (abstract_method_signature name: (_) @name) @method
    (public_field_definition name: (_) @name value: [(arrow_function) (function_expression)]) @method
    (interface_declaration name: (_) @name) @interface
    (interface_body (method_signature name: (_) @name) @method)
    (enum_declaration name: (_) @name) @enum
    (type_alias_declaration name: (_) @name) @type
    (internal_module name: (_) @name) @namespace
    (module name: (_) @name) @namespace
    (ambient_declaration (function_signature name: (_) @name) @function)`

/** By the catalog's id of a language. */
export const grammars: Readonly<Record<string, Grammar>> = {
  c,
  'c++': c,
  cuda: c,
  javascript: {
    name: 'javascript',
    patterns: `${javascript}
    (field_definition property: (_) @name value: [(arrow_function) (function_expression)]) @method`,
  },
  // Its files may be `.tsx`, in which `<T>x` is no cast: there the other grammar is taken.
  typescript: { name: 'typescript', patterns: typescript },
  tsx: { name: 'tsx', patterns: typescript },
  python: {
    name: 'python',
    patterns: `
    (class_definition name: (_) @name) @class
    (function_definition name: (_) @name) @function`,
  },
  go: {
    name: 'go',
    patterns: `
    (function_declaration name: (_) @name) @function
    (method_declaration name: (_) @name) @method
    (type_spec name: (_) @name type: (struct_type)) @struct
    (type_spec name: (_) @name type: (interface_type)) @interface
    ((type_spec name: (_) @name type: [
      (array_type) (channel_type) (function_type) (generic_type) (map_type) (pointer_type)
      (qualified_type) (slice_type) (type_identifier)]) @type)
    (type_alias name: (_) @name) @type
    (interface_type (method_elem name: (_) @name) @method)`,
  },
  rust: {
    name: 'rust',
    patterns: `
    (mod_item name: (_) @name body: (_)) @module
    (struct_item name: (_) @name) @struct
    (union_item name: (_) @name) @union
    (enum_item name: (_) @name) @enum
    (trait_item name: (_) @name) @trait
    (impl_item type: (_) @name) @impl
    (type_item name: (_) @name) @type
    (macro_definition name: (_) @name) @macro
    (function_item name: (_) @name) @function
    (function_signature_item name: (_) @name) @function`,
  },
  java: {
    name: 'java',
    patterns: `
    (class_declaration name: (_) @name) @class
    (interface_declaration name: (_) @name) @interface
    (annotation_type_declaration name: (_) @name) @annotation
    (enum_declaration name: (_) @name) @enum
    (record_declaration name: (_) @name) @record
    (constructor_declaration name: (_) @name) @method
    (compact_constructor_declaration name: (_) @name) @method
    (method_declaration name: (_) @name) @method`,
  },
  'c#': {
    name: 'c-sharp',
    patterns: `
    (namespace_declaration name: (_) @name) @namespace
    (file_scoped_namespace_declaration name: (_) @name) @namespace
    (class_declaration name: (_) @name) @class
    (interface_declaration name: (_) @name) @interface
    (struct_declaration name: (_) @name) @struct
    (record_declaration name: (_) @name) @record
    (enum_declaration name: (_) @name) @enum
    (delegate_declaration name: (_) @name) @type
    (constructor_declaration name: (_) @name) @method
    (method_declaration name: (_) @name) @method
    (local_function_statement name: (_) @name) @function
    (property_declaration name: (_) @name) @property`,
  },
  php: {
    name: 'php',
    patterns: `
    (namespace_definition name: (_) @name) @namespace
    (class_declaration name: (_) @name) @class
    (interface_declaration name: (_) @name) @interface
    (trait_declaration name: (_) @name) @trait
    (enum_declaration name: (_) @name) @enum
    (method_declaration name: (_) @name) @method
    (function_definition name: (_) @name) @function`,
  },
  ruby: {
    name: 'ruby',
    patterns: `
    (module name: (_) @name) @module
    (class name: (_) @name) @class
    (method name: (_) @name) @method
    (singleton_method name: (_) @name) @method`,
  },
  shell: { name: 'bash', patterns: '(function_definition name: (_) @name) @function' },
  powershell: {
    name: 'powershell',
    patterns: `
    (function_statement (function_name) @name) @function
    (class_statement (simple_name) @name) @class
    (class_method_definition (simple_name) @name) @method
    (enum_statement (simple_name) @name) @enum`,
  },
  css: {
    name: 'css',
    patterns: `
    (rule_set (selectors) @name) @selector
    (media_statement . (_) @name) @media
    (keyframes_statement (keyframes_name) @name) @keyframes`,
  },
  ini: { name: 'ini', patterns: '(section (section_name (text) @name)) @section' },
  editorconfig: { name: 'ini', patterns: '(section (section_name (text) @name)) @section' },
}
