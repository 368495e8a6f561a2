import { emptyForm, type Form } from '../query/form.ts'

/** A form that searches a repository as it is shown: at the revision, if it is at one. */
export const formAt = (
  shown: { readonly repository: { readonly name: string }; readonly revision?: string | undefined },
  form: Form = emptyForm,
): Form => ({ ...form, repo: [shown.repository.name], rev: shown.revision })
